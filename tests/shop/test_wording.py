from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from convisav_tui.errors import FieldErrors
from convisav_tui.gsm import segments, to_gsm
from convisav_tui.i18n import LANGUAGES
from convisav_tui.shop.message_facts import MessageFacts, facts_of, message_values
from convisav_tui.shop.wording import (
    NAMES,
    Wording,
    check_wording,
    default_wording,
    filled,
    preview,
    render,
    restore_wording,
    sample_values,
    save_wording,
    segment_limit,
    sentence,
    wording_for,
)
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Device, DeviceType, MessageEvent, OrderState, Outcome, RepairOrder
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store

GOLDEN = Path(__file__).parent / "golden" / "messages.txt"
WRITTEN = (Channel.EMAIL, Channel.SMS)
ALL = [(event, channel, language) for event in MessageEvent for channel in WRITTEN for language in LANGUAGES]
TRICKY = ("[bold]O'Neil & Fils $name {x}", "$shop ${number} $$", "{0.__class__}", "%(shop)s", "a\r\nBcc: b@example.org")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return counter_store(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, monkeypatch)


def facts(**values: object) -> MessageFacts:
    """An order of which everything may be told."""
    usual = MessageFacts(
        order_id=1,
        number="2600012345",
        customer="Hélène Lefèvre",
        customer_language="fr",
        phone_e164="+33612345678",
        phone_kind="mobile",
        phone="06 12 34 56 78",
        email="helene@example.org",
        device="Miele WCD320",
        type_names={"fr": "Lave-linge", "en": "Washing machine", "ro": "Mașină de spălat"},
        usual_fault="ne vidange plus",
        promised_on=date(2026, 11, 27),
        currency="EUR",
        paid=3000,
    )
    return replace(usual, **values)  # type: ignore[arg-type]


TOLD = {
    MessageEvent.INTAKE: facts(),
    MessageEvent.QUOTE_READY: facts(
        quote_amount=12600, quote_text="Pompe de vidange\nMain-d'œuvre", quote_valid_until=date(2026, 12, 21)
    ),
    MessageEvent.REPAIR_READY: facts(price=12600, outcome=Outcome.REPAIRED, guarantee_until=date(2027, 2, 27)),
}


def test_golden_texts(store: Store) -> None:
    told = []
    with store.read() as session:
        for event, channel, language in ALL:
            if event not in TOLD:
                continue
            seen = render(
                session,
                event,
                channel,
                lambda code, event=event: message_values(TOLD[event], SHOP, code),  # type: ignore[misc]
                language,
                SHOP,
            )
            head = f"=== {event.value} {channel.value} {seen.language} ({seen.segments} SMS)"
            told.append(f"{head}\n{seen.subject}\n{seen.body}\n".replace("\n\n\n", "\n\n"))
    assert "".join(told) == GOLDEN.read_text("utf-8")


def test_every_shipped_wording_names_only_what_exists_and_fits_one_or_two_sms() -> None:
    for event, channel, language in ALL:
        wording = default_wording(event, channel, language)
        shop = replace(SHOP, language=language)
        check_wording(event, channel, wording, shop)
        if channel is Channel.SMS:
            seen = preview(wording, channel, language, shop)
            assert seen.segments <= 2 and segments(seen.body).encoding == "GSM-7", (event, language)
    assert set(sample_values(SHOP)) == set(NAMES) == set(message_values(facts(), SHOP, "fr"))


def test_every_outcome_has_its_sentence_in_every_language() -> None:
    for language in LANGUAGES:
        assert all(sentence(outcome.value, language) for outcome in Outcome)


@pytest.mark.parametrize(
    ("subject", "body", "field", "word"),
    [
        ("Bonjour", "Le code est $secret", "body", "$secret"),
        ("Bonjour", "N° $serial", "body", "$serial"),
        ("$Shop", "Bonjour", "subject", "$Shop"),
        ("Bonjour", "cela coûte 12 $ environ", "body", "$$"),
        ("Bonjour", "${shop.name}", "body", "$$"),
        ("Bonjour", "  \n ", "body", "text"),
        ("", "Bonjour", "subject", "subject"),
    ],
)
def test_a_wording_that_cannot_be_used_is_refused_with_its_name(
    subject: str, body: str, field: str, word: str, bench: Bench
) -> None:
    with pytest.raises(FieldErrors) as refused:
        bench.write(
            lambda session: save_wording(
                session, MessageEvent.INTAKE, Channel.EMAIL, "fr", Wording(subject, body), CLERK, SHOP
            )
        )
    assert word in refused.value.errors[field]


def test_an_sms_that_is_too_long_is_refused_where_it_is_written() -> None:
    with pytest.raises(FieldErrors) as refused:
        check_wording(MessageEvent.INTAKE, Channel.SMS, Wording("", "bonjour " * 60), SHOP)
    assert "4" in refused.value.errors["body"]
    tunis = replace(SHOP, country="TN")
    assert segment_limit("TN") == 1
    with pytest.raises(FieldErrors):
        check_wording(MessageEvent.INTAKE, Channel.SMS, Wording("", "bonjour " * 21), tunis)


def test_the_shops_own_wording_serves_its_language_only(bench: Bench) -> None:
    own = Wording("Reçu $number", "Cher $customer,\r\nmerci.\x07")
    bench.write(lambda session: save_wording(session, MessageEvent.INTAKE, Channel.EMAIL, "fr", own, CLERK, SHOP))
    with bench.store.read() as session:
        spoken = [wording_for(session, MessageEvent.INTAKE, Channel.EMAIL, (code, "fr")) for code in ("fr", "en", "de")]
    assert [language for language, _ in spoken] == ["fr", "en", "fr"]
    assert spoken[0][1] == Wording("Reçu $number", "Cher $customer,\nmerci.") == spoken[2][1]
    bench.write(lambda session: restore_wording(session, MessageEvent.INTAKE, Channel.EMAIL, "fr", CLERK))
    with bench.store.read() as session:
        language, wording = wording_for(session, MessageEvent.INTAKE, Channel.EMAIL, ("xx", "yy"))
    assert (language, wording) == ("en", default_wording(MessageEvent.INTAKE, Channel.EMAIL, "en"))


@pytest.mark.parametrize("name", TRICKY)
def test_what_people_are_called_stays_data(name: str, store: Store) -> None:
    told = facts(customer=name, device=name, customer_language="fr")
    with store.read() as session:
        for event in MessageEvent:
            full = replace(told, quote_amount=100, outcome=Outcome.REPAIRED, price=100)
            seen = render(session, event, Channel.EMAIL, lambda code, f=full: message_values(f, SHOP, code), "fr", SHOP)  # type: ignore[misc]
            assert name.split("\r")[0] in seen.body
            assert "\n" not in seen.subject and "\r" not in seen.subject


@given(st.text(), st.text(), st.sampled_from(list(MessageEvent)), st.sampled_from(WRITTEN))
def test_no_name_breaks_a_message(name: str, device: str, event: MessageEvent, channel: Channel) -> None:
    values = message_values(facts(customer=name, device=device, price=1, outcome=Outcome.REPLACED), SHOP, "ro")
    seen = preview(default_wording(event, channel, "ro"), channel, "ro", SHOP)
    assert seen.body
    told = filled(default_wording(event, channel, "ro"), channel, "ro", values, "RO")
    assert "\n" not in told.subject and len(told.subject) <= 200
    assert segments(told.body).count <= (3 if channel is Channel.SMS else 10**6)


def test_an_sms_is_cut_to_its_limit(store: Store) -> None:
    long = facts(customer="x", device="Ω" + "я" * 80, quote_amount=1, quote_text="long " * 400)
    with store.read() as session:
        seen = render(
            session, MessageEvent.QUOTE_READY, Channel.SMS, lambda code: message_values(long, SHOP, code), "fr", SHOP
        )
        assert seen.segments <= 3 and "long long" not in seen.body
        tunis = replace(SHOP, country="TN")
        seen = render(
            session, MessageEvent.INTAKE, Channel.SMS, lambda code: message_values(long, tunis, code), "fr", tunis
        )
        assert seen.segments == 1 and seen.body.endswith("...")


def test_amounts_and_quotes_do_not_make_an_sms_dearer(store: Store) -> None:
    text = "reparatia « gata » — 1 234,56 €… l’appareil, șțăâî"
    assert segments(to_gsm(text.replace(" ", "\u202f"))).encoding == "GSM-7"


def test_a_line_without_anything_to_say_is_left_out(store: Store) -> None:
    silent = facts(promised_on=None, paid=0)
    with store.read() as session:
        seen = render(
            session, MessageEvent.INTAKE, Channel.EMAIL, lambda code: message_values(silent, SHOP, code), "fr", SHOP
        )
    assert "Prévu" not in seen.body and "Versé" not in seen.body and "\n\n\n" not in seen.body


def test_nothing_private_has_a_name(bench: Bench) -> None:
    bench.take_in(
        device_type="phone", serial="", secret_kind="pin", secret="471199", fault="photos intimes", model="A52"
    )

    def told(session: Session) -> dict[str, str]:
        order = session.get_one(RepairOrder, bench.order_id)
        return message_values(facts_of(session, order), SHOP, "fr")

    values = bench.write(told)
    assert values["fault"] == "" and "471199" not in str(values) and "intimes" not in str(values)
    bench.reach(OrderState.RECEIVED, fault="Ne vidange plus", device_type="washing_machine")
    assert bench.write(told)["fault"].casefold() == "ne vidange plus"


def test_a_medical_device_is_only_a_device(bench: Bench) -> None:
    bench.take_in(device_type="hearing_aid", brand="Phonak", model="Audéo", serial="")

    def told(session: Session) -> dict[str, str]:
        order = session.get_one(RepairOrder, bench.order_id)
        device = session.get_one(Device, order.device_id)
        assert session.get_one(DeviceType, device.device_type_id).code == "hearing_aid"
        return message_values(facts_of(session, order), SHOP, "fr")

    values = bench.write(told)
    assert values["device"] == "appareil" and "Phonak" not in str(values)
