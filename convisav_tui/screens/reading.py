"""Reading the store for a screen: a file on the spot, a server in the store's thread, so that no key waits for a
network. What cannot be read is said in words, never raised into the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.screens.widgets.record_list import Record, Request, Run

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host, View

Result = TypeVar("Result")


def read_or_say(
    host: Host, counter: Counter, query: Callable[[Session], Result], done: Callable[[Result], None], group: str = ""
) -> None:
    """Give `done` what the query gives; when the store cannot be read, the status row says so and `done` is not
    called. With `group` a newer reading of that name makes an older one's result be dropped."""

    def job() -> Result:
        with counter.store.read() as session:
            return query(session)

    read(host, counter, job, done, host.say_error, group=group)


def read(
    host: Host,
    counter: Counter,
    job: Callable[[], Result],
    done: Callable[[Result], None],
    failed: Callable[[Exception], None],
    *,
    hold: bool = False,
    group: str = "",
) -> None:
    """Run `job` on the spot where that takes well under a frame, else by the host (`hold`: keys wait for it, Esc
    gives it up)."""
    if not counter.reads_on_the_spot:
        host.run(job, done, failed, label=_("Reading"), hold=hold, leave=True, group=group)
        return
    try:
        result = job()
    except ConvisavError as error:
        failed(error)
        return
    done(result)


def rows_of(view: View, counter: Counter) -> Run:
    """How a list of this view reads its rows; what is on screen stays when the store cannot be read."""

    def run(job: Callable[[], Sequence[Record]], done: Callable[[Sequence[Record]], None], hold: bool) -> None:
        read(view.host, counter, job, done, view.host.say_error, hold=hold)

    return run


def part_of(rows: Sequence[Record], request: Request) -> Sequence[Record]:
    """The part that a list asks for, of rows so few that they are always read all."""
    at = next((index for index, row in enumerate(rows) if row.position == request.position), 0)
    start, end = {
        "first": (0, request.limit),
        "last": (max(0, len(rows) - request.limit), len(rows)),
        "after": (at + 1, at + 1 + request.limit),
        "before": (max(0, at - request.limit), at),
        "at": (at, at + request.limit),
    }[request.where]
    return rows[start:end]


class Edge(NamedTuple):
    """Where a page of rows with falling ids stands: just older than `before`, just newer than `after`, or at the
    end."""

    before: int = 0
    after: int = 0
    from_end: bool = False


def edge_of(request: Request) -> Edge:
    """What `store.queries.outbox` is asked with for rows whose position is their id."""
    position = request.position if isinstance(request.position, int) else 0
    if request.where in ("after", "at"):
        return Edge(before=position + (1 if request.where == "at" else 0))
    return Edge(after=position if request.where == "before" else 0, from_end=request.where == "last")
