"""What is typed at the counter: each wrong field has its sentence, and text from people stays data."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convisav_tui.country.rules import Rule, Rules
from convisav_tui.errors import FieldErrors
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.intake_form import INTAKE_FIELDS, IntakeForm, WarrantyCover, parse_intake
from convisav_tui.store.models import Channel, Means, Nature, SecretKind
from tests.shop.counter import NOW, SHOP, raw


@pytest.fixture(autouse=True)
def _that_saturday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVISAV_NOW", NOW)


def errors_of(**fields: str) -> dict[str, str]:
    with pytest.raises(FieldErrors) as refused:
        parse_intake(raw(**fields), SHOP)
    return refused.value.errors


def form_of(**fields: str) -> IntakeForm:
    return parse_intake(raw(**fields), SHOP)


def test_a_complete_form_becomes_values() -> None:
    form = form_of(
        email="helene.lefevre@example.org",
        purchased_on="12/03/2023",
        cap="150",
        promised_on="ven 27",
        quote_requested="x",
        quote_channel="email",
        ready_channel="sms",
        amount="30,00 €",
        means="card",
        labels="2",
        receipt="x",
    )
    assert (form.phone, form.phone_e164, form.phone_kind) == ("06 12 34 56 78", "+33612345678", "mobile")
    assert (form.purchased_on, form.promised_on) == (date(2023, 3, 12), date(2026, 11, 27))
    assert (form.cap, form.amount, form.means, form.labels, form.receipt) == (15000, 3000, Means.CARD, 2, True)
    assert (form.quote_channel, form.ready_channel) == (Channel.EMAIL, Channel.SMS)
    assert form.warranty is WarrantyCover.COMPUTED


def test_every_field_of_the_form_is_known_to_it() -> None:
    assert set(IntakeForm.model_fields) >= set(INTAKE_FIELDS)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("phone", "abc", "not a phone number"),
        ("phone", "12", "not"),
        ("phone", "06 12 34 56 78 Paul", "digits only"),
        ("phone", "0000000000", "does not exist"),
        ("email", "helene@", "not an e-mail address"),
        ("email", "a@example.org, b@example.org", "one e-mail address"),
        ("email", "a@example.org;b@example.org", "one e-mail address"),
        ("purchased_on", "12/03/1015", "The year 1015 cannot be right"),
        ("purchased_on", "31/02/2024", "does not exist"),
        ("purchased_on", "22/11/2026", "cannot be in the future"),
        ("promised_on", "31/02", "does not exist"),
        ("promised_on", "20/11/2026", "past"),
        ("promised_on", "20/11/2066", "too far"),
        ("cap", "abc", "such as 12.50"),
        ("cap", "0", "leave it empty"),
        ("cap", "-5", "cannot be negative"),
        ("amount", "abc", "such as 12.50"),
        ("amount", "-5", "cannot be negative"),
        ("amount", "1,234", "2 decimals"),
        ("labels", "-1", "from 0 to 50"),
        ("labels", "51", "from 0 to 50"),
        ("labels", "two", "from 0 to 50"),
        ("quote_channel", "pigeon", "values of the list"),
        ("quote_channel", "fax", "needs a fax number"),
        ("ready_channel", "letter", "needs street and city"),
        ("fax", "Mme Durand", "not a phone number"),
        ("nature", "refund", "values of the list"),
        ("warranty", "maybe", "values of the list"),
        ("language", "xx", "values of the list"),
        ("quote_requested", "yes", "x or leave empty"),
        ("comeback_of", "26 0000871 9", "not a ticket number"),
        ("customer_id", "7; DROP TABLE", "Choose the customer again"),
        ("name", "x" * 121, "120 characters at most"),
        ("serial", "x" * 81, "80 characters at most"),
        ("fault", "x" * 10_001, "10000 characters at most"),
    ],
)
def test_a_wrong_field_says_what_is_wrong(field: str, typed: str, sentence: str) -> None:
    errors = errors_of(**{field: typed})
    assert set(errors) == {field}
    assert sentence in errors[field]


@pytest.mark.parametrize("field", ["name", "device_type", "fault"])
def test_what_t01_requires_is_asked_for(field: str) -> None:
    assert set(errors_of(**{field: " \x00\n"})) == {field}


def test_all_wrong_fields_are_said_at_once_in_the_order_of_the_form() -> None:
    assert list(errors_of(fault="", cap="abc", phone="12", name="")) == ["name", "phone", "fault", "cap"]


def test_an_apostrophe_in_an_address_is_accepted() -> None:
    assert form_of(email="o'neil@example.org").email == "o'neil@example.org"


@pytest.mark.parametrize("typed", ["12,5", "12.50", "12.5", "12,50 €"])
def test_a_price_is_read_with_comma_or_point(typed: str) -> None:
    assert form_of(amount=typed, means="cash").amount == 1250


def test_a_sum_needs_its_means_and_none_needs_none() -> None:
    assert "how it is paid" in errors_of(amount="30")["means"]
    assert form_of(amount="0").means is None
    assert form_of(amount="").amount is None


def test_cash_is_limited_by_the_rule_of_the_day_not_by_a_constant() -> None:
    assert form_of(amount="1000", means="cash").amount == 100_000
    assert "1,000.00" in errors_of(amount="1000.01", means="cash")["means"].replace("€", "")
    assert form_of(amount="1000.01", means="card").amount == 100_001
    lower = Rules([Rule("FR", "cash.limit", date(2026, 1, 1), None, 50_000, "a later law")])
    with pytest.raises(FieldErrors, match="500"):
        parse_intake(raw(amount="600", means="cash"), SHOP, lower)
    over = Rules([Rule("FR", "cash.limit", date(2015, 1, 1), date(2026, 11, 20), 50_000, "an earlier law")])
    assert parse_intake(raw(amount="600", means="cash"), SHOP, over).amount == 60_000


def test_a_cap_below_what_is_paid_makes_no_sense() -> None:
    assert "less than what is paid" in errors_of(cap="20", amount="30", means="card")["cap"]
    assert form_of(cap="20", amount="30", means="card", nature="guarantee_deposit").nature is Nature.GUARANTEE_DEPOSIT


def test_a_country_has_its_currency() -> None:
    tunis = ShopContext("Atelier", "", "", "", "TN", "TND", "fr", "Africa/Tunis")
    form = parse_intake(raw(phone="20 123 456", amount="12,345", means="cash"), tunis)
    assert form.amount == 12_345


@pytest.mark.parametrize(
    ("channel", "fields", "sentence"),
    [
        ("sms", {"phone": "01 42 00 00 00"}, "SMS needs a mobile number"),
        ("sms", {"phone": ""}, "SMS needs a mobile number"),
        ("email", {}, "E-mail needs an e-mail address"),
        ("call", {"phone": ""}, "A call needs a phone number"),
    ],
)
def test_a_channel_without_its_address_is_refused_beside_that_field(
    channel: str, fields: dict[str, str], sentence: str
) -> None:
    for key in ("ready_channel", "quote_channel"):
        assert errors_of(**fields, **{key: channel}) == {key: sentence}


def test_a_wrong_address_is_not_reported_twice() -> None:
    assert set(errors_of(phone="12", ready_channel="sms")) == {"phone"}


def test_somebody_without_phone_and_address_will_call() -> None:
    assert form_of(phone="", ready_channel="none").ready_channel is Channel.NONE
    assert "the customer will call" in errors_of(phone="", ready_channel="")["phone"]


def test_a_known_customer_needs_nothing_typed_again() -> None:
    form = form_of(customer_id="7", name="", phone="", ready_channel="sms")
    assert (form.customer_id, form.name, form.phone) == (7, "", "")


def test_text_from_people_is_data() -> None:
    fault = "[b]écran[/b] <script>\n{0} %s $x\n" + "é" * 2950 + "\n[/]"
    assert len(fault) > 2970
    form = form_of(name="[bold]O'Neil & Fils [/]", fault=fault, accessories="cordon\nsac\r\nhousse")
    assert form.name == "[bold]O'Neil & Fils [/]"
    assert form.fault == fault
    assert form.accessories == "cordon sac housse"


def test_what_no_text_may_hold_is_taken_out() -> None:
    form = form_of(name="Paul\x00 Durand\ud800\x1b", fault="ne\x07 marche\udcff plus", serial="]A0WCD\x1d320")
    assert (form.name, form.fault, form.serial) == ("Paul Durand", "ne marche plus", "WCD320")


def test_an_imei_is_checked_where_the_type_has_one() -> None:
    assert form_of(device_type="phone", serial="49-015420-323751-8").serial == "490154203237518"
    assert "Luhn" in errors_of(device_type="phone", serial="490154203237519")["serial"]
    assert form_of(device_type="washing_machine", serial="490154203237519").serial == "490154203237519"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"secret": "9137"}, SecretKind.PIN),
        ({"secret": "été 1998!"}, SecretKind.TEXT),
        ({"secret_kind": "pattern", "secret": "14789"}, SecretKind.PATTERN),
        ({"secret_kind": "text", "secret": "9137"}, SecretKind.TEXT),
    ],
)
def test_an_unlock_code_has_its_kind_and_does_not_show(fields: dict[str, str], kind: SecretKind) -> None:
    form = form_of(**fields)
    assert form.secret_kind is kind
    assert form.secret is not None and form.secret.get_secret_value() == fields["secret"]
    assert fields["secret"] not in repr(form)
    assert fields["secret"] not in str(form)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"secret_kind": "pin", "secret": "12a4"}, "digits only"),
        ({"secret_kind": "pin", "secret": "1" * 17}, "16 at most"),
        ({"secret_kind": "text", "secret": "x" * 65}, "64 characters at most"),
        ({"secret_kind": "text", "secret": "a\nb"}, "on one line"),
        ({"secret_kind": "pattern", "secret": "1123"}, "none twice"),
        ({"secret_kind": "pattern", "secret": "123"}, "4 to 9 dots"),
        ({"secret_kind": "pin", "secret": ""}, "Type the code"),
        ({"secret": "paul@icloud.com hunter2"}, "Account passwords"),
    ],
)
def test_an_unlock_code_that_cannot_be_is_refused(fields: dict[str, str], sentence: str) -> None:
    errors = errors_of(**fields)
    assert sentence in errors["secret"]
    assert fields["secret"] == "" or fields["secret"] not in errors["secret"]


def test_a_refused_or_unneeded_code_is_no_code() -> None:
    assert form_of(secret_kind="refused", secret="1234").secret is None
    assert form_of(secret_kind="refused").secret_refused
    assert not form_of(secret_kind="none").secret_refused


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(INTAKE_FIELDS), st.text(max_size=40) | st.text("0123456789/.,-+ x", max_size=15))
)
def test_whatever_is_typed_gives_a_form_or_sentences(fields: dict[str, str]) -> None:
    try:
        form = parse_intake(raw() | fields, SHOP)
    except FieldErrors as refused:
        assert refused.errors
        assert set(refused.errors) <= set(INTAKE_FIELDS)
        assert all(refused.errors.values())
    else:
        assert form.name or form.customer_id
        assert "\n" not in form.name + form.brand + form.serial
        str(form.model_dump()).encode("utf-8")
