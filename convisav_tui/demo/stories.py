"""What happened to the orders of the demo: each story is a list of steps of the workflow, as people take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Taken = tuple[str, Mapping[str, str]]

DIAGNOSE: Taken = ("start_diagnosis", {})
ASK_QUOTE: Taken = ("request_quote", {})
QUOTE: Taken = ("issue_quote", {"amount": "{price}", "text": "{work}"})
ACCEPT: Taken = ("accept_quote", {"means": "phone"})
REFUSE: Taken = ("refuse_quote", {"means": "phone", "reason": "trop cher, l'appareil est ancien"})
START: Taken = ("start_repair", {})
DIRECT: Taken = ("authorise_direct", {"estimate": "{price}"})
NO_FAULT: Taken = ("no_fault_found", {"reason": "essai de deux heures sans défaut"})
REASSEMBLE: Taken = ("reassemble_done", {"reassembled": "x"})
TEST: Taken = ("work_done", {"work": "{work}"})
COMPLETE: Taken = ("complete", {"work": "{work}"})
# Not steps of the workflow: what the sender, the till and the customer do.
TELL: Taken = ("tell", {})
FAIL: Taken = ("fail", {})
PAY: Taken = ("pay", {})
HAND_OVER: Taken = ("hand_over", {})
CLOSE: Taken = ("close", {})

_REPAIRED: tuple[Taken, ...] = (DIAGNOSE, ASK_QUOTE, QUOTE, TELL, ACCEPT, START, COMPLETE)


@dataclass(frozen=True)
class Story:
    """How an order went. `age` in days, youngest and oldest; `promised` in days after the intake, None for the type's
    usual; `wishes` are raw fields of the intake; `share` is how many of a hundred orders go like this."""

    name: str
    share: int
    age: tuple[int, int]
    steps: tuple[Taken, ...] = ()
    promised: int | None = None
    wishes: Mapping[str, str] = field(default_factory=dict)


STORIES = (
    Story("waiting", 14, (0, 4)),
    Story("waiting and late", 4, (9, 16), promised=5),
    Story("diagnosing", 5, (1, 5), (DIAGNOSE,)),
    Story("quote requested", 8, (1, 6), (DIAGNOSE, ASK_QUOTE), wishes={"quote_requested": "x"}),
    Story("quote issued", 8, (3, 9), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL), wishes={"quote_requested": "x"}),
    Story(
        "quote accepted within the cap", 3, (3, 9), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL),
        wishes={"quote_requested": "x", "cap": "400"},
    ),
    Story("quote accepted", 5, (4, 10), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL, ACCEPT), wishes={"quote_requested": "x"}),
    Story("quote refused", 3, (6, 14), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL, REFUSE), wishes={"quote_requested": "x"}),
    Story("quote expired", 3, (70, 90), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL), promised=100),
    Story("in repair", 9, (5, 12), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL, ACCEPT, START), promised=16),
    Story("in repair and late", 3, (14, 25), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL, ACCEPT, START), promised=10),
    Story("testing", 4, (6, 12), (DIAGNOSE, ASK_QUOTE, QUOTE, TELL, ACCEPT, START, TEST), promised=16),
    Story("to call", 4, (6, 12), (*_REPAIRED, FAIL), promised=16),
    Story("told by hand", 3, (6, 12), _REPAIRED, promised=16, wishes={"ready_channel": "call"}),
    Story("notified", 9, (8, 30), (*_REPAIRED, TELL), promised=40),
    Story("returned", 4, (10, 40), (*_REPAIRED, TELL, PAY, HAND_OVER), promised=50),
    Story("closed", 11, (40, 320), (*_REPAIRED, TELL, PAY, HAND_OVER, CLOSE), promised=90),
)  # fmt: skip

_OVER: tuple[Taken, ...] = (TELL, PAY, HAND_OVER, CLOSE)
_PAST = (40, 320)
_UNPAID = {"intake_amount": ""}  # nothing to give back
_CAP = {"cap": "400"}
_LABEL_ALONE = {"receipt": ""}
_NOT_REPAIRED: tuple[Taken, ...] = (DIAGNOSE, ASK_QUOTE, QUOTE, TELL, REFUSE, REASSEMBLE)
# What a large past is cast from: ways in which orders end, and each story that has not ended, some of them twice.
MOULDS: tuple[Story, ...] = (
    *(Story("with a quote", 1, _PAST, (*_REPAIRED, *_OVER)) for _ in range(3)),
    *(Story("with a quote, no receipt", 1, _PAST, (*_REPAIRED, *_OVER), wishes=_LABEL_ALONE) for _ in range(2)),
    *(Story("within the cap", 1, _PAST, (DIAGNOSE, DIRECT, COMPLETE, *_OVER), wishes=_CAP) for _ in range(2)),
    *(
        Story("cap, no receipt", 1, _PAST, (DIAGNOSE, DIRECT, TEST, COMPLETE, *_OVER), wishes=_CAP | _LABEL_ALONE)
        for _ in range(5)
    ),
    Story("nothing found", 1, _PAST, (DIAGNOSE, NO_FAULT, *_OVER), wishes=_UNPAID),
    Story("refused", 1, _PAST, (*_NOT_REPAIRED, *_OVER), wishes=_UNPAID | _LABEL_ALONE),
    *(story for story in STORIES if story.name != "closed" for _ in range(1 + (story.share > 7))),
)

WORK = (
    "pièce d'usure remplacée, essai une heure", "nettoyage complet et réglage", "connecteur changé, soudure reprise",
    "carte de commande remplacée", "batterie neuve, garantie six mois", "joint et durite changés",
    "moteur révisé, charbons neufs", "écran remplacé par une pièce d'origine",
)  # fmt: skip


def planned(count: int) -> list[Story]:
    """`count` stories in the shares of the table, mixed; every one of them is there from 20 orders on."""
    if count <= len(STORIES):
        return list(STORIES[:count])
    first = list(STORIES)
    weighted = [story for story in STORIES for _ in range(story.share)]
    step = 37  # has no divisor in common with the hundred shares: walks through all of them, mixed
    return first + [weighted[index * step % len(weighted)] for index in range(count - len(first))]
