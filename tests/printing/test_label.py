from __future__ import annotations

from dataclasses import asdict, fields, replace
from itertools import groupby

import pytest
from brother_ql.labels import ALL_LABELS, FormFactor

from convisav_tui.printing import code128
from convisav_tui.printing.label import Printing, _worded, label, page_size
from convisav_tui.printing.media import MEDIA, MediaKind, MediaRefused, media_named
from convisav_tui.printing.preview import ascii_rows, half_blocks, label_png, quarter_blocks
from convisav_tui.printing.typography import drawable, printable, shorten, width, wrap
from convisav_tui.shop.paper import LabelPaper
from tests.fake_printer import scanned
from tests.printing.papers import LABEL, LONG_LABEL, NUMBER

TOO_SMALL = {"23x23", "d12", "d24"}
HOLDING = [media for media in MEDIA.values() if media.name not in TOO_SMALL]


def test_the_media_table_says_what_the_encoder_knows() -> None:
    kinds = {
        FormFactor.ENDLESS: MediaKind.ENDLESS,
        FormFactor.DIE_CUT: MediaKind.DIE_CUT,
        FormFactor.ROUND_DIE_CUT: MediaKind.ROUND,
    }
    theirs = {
        known.identifier: (*known.tape_size, *known.dots_printable, known.offset_r, known.feed_margin,
                           kinds[known.form_factor], bool(known.color))
        for known in ALL_LABELS
    }  # fmt: skip
    ours = {
        m.name: (m.width_mm, m.length_mm, m.width, m.length, m.right_margin, m.feed_margin, m.kind, m.red)
        for m in MEDIA.values()
    }
    assert ours == theirs


@pytest.mark.parametrize("media", HOLDING, ids=lambda media: media.name)
@pytest.mark.parametrize("paper", [LABEL, LONG_LABEL], ids=["usual", "long"])
def test_every_medium_holds_a_label_that_scanners_read(media: object, paper: LabelPaper) -> None:
    image = label(paper, media, Printing(2, 3, duplicate=True))  # type: ignore[arg-type]
    assert image.mode == "1"
    assert image.size == page_size(media) or media.kind is MediaKind.ROUND  # type: ignore[attr-defined,arg-type]
    assert scanned(image) == [NUMBER]


@pytest.mark.parametrize("media", HOLDING, ids=lambda media: media.name)
def test_no_bar_is_thinner_than_three_dots_and_the_quiet_zones_are_kept(media: object) -> None:
    image = label(replace(LABEL, device="—"), media)  # type: ignore[arg-type]
    dots, row = _barcode_row(image)
    runs = [(ink, len(list(group))) for ink, group in groupby(row)]
    bars = [length for ink, length in runs if ink]
    assert dots >= code128.FEWEST_DOTS
    assert min(bars) == dots
    assert all(length % dots == 0 for length in bars)
    assert runs[0][0] is False and runs[0][1] >= code128.QUIET_MODULES * dots


@pytest.mark.parametrize("name", sorted(TOO_SMALL))
def test_media_that_cannot_hold_the_barcode_are_refused_with_the_reason(name: str) -> None:
    with pytest.raises(MediaRefused, match=r"needs 28 mm here, and this label has \d+ mm"):
        label(LABEL, MEDIA[name])


def test_an_unknown_medium_is_refused_by_name() -> None:
    with pytest.raises(MediaRefused, match="“63”"):
        media_named("63")


def test_copies_and_duplicates_look_different() -> None:
    media = MEDIA["62"]
    looks = {
        label(LABEL, media, printing).tobytes()
        for printing in (Printing(), Printing(1, 2), Printing(2, 2), Printing(1, 1, True), Printing(1, 2, True))
    }
    assert len(looks) == 5


def test_a_label_has_no_room_for_names_faults_or_codes() -> None:
    assert {field.name for field in fields(LabelPaper)} == {
        "number", "device", "device_type", "customer_code", "promised_on", "comeback_of", "shop_name", "language",
        "principal", "place",
    }  # fmt: skip


def test_words_follow_the_language_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "convisav_tui.printing.label.translate", lambda text, code: (said.append((text, code)), text)[1]
    )
    label(LABEL, MEDIA["62"], Printing(1, 1, True))
    assert {code for _text, code in said} == {"fr"}
    assert {"For {day}", "DUPLICATE"} <= {text for text, _code in said}


@pytest.mark.parametrize("text", ["{number}", "%s {0} {day}", "\x00\x1b[31m", "\u202e\u200d", "🙂" * 50, "", " "])
def test_any_text_is_drawn_as_data(text: str) -> None:
    strange = LabelPaper(
        number=NUMBER, device=text, device_type=text, customer_code=text, promised_on=text, shop_name=text
    )
    assert scanned(label(strange, MEDIA["29x42"])) == [NUMBER]


def test_letters_that_the_font_lacks_fall_back() -> None:
    assert printable("Łódź Ș ț é € → 🙂") == "Łódź Ș ț é € → " + drawable("🙂")
    assert drawable("日") == "□"
    assert drawable("ﬁ") in ("ﬁ", "f")
    assert printable("👍🏽") == drawable("👍")


def test_text_is_shortened_and_wrapped_within_its_room() -> None:
    assert width(shorten("W" * 300, 200, 30), 30) <= 200
    lines = wrap("mot " * 40 + "X" * 200, 300, 28)
    assert all(width(line, 28) <= 300 for line in lines)
    assert "".join(lines).replace(" ", "") == "mot" * 40 + "X" * 200


def test_a_label_can_be_looked_at_in_a_terminal_and_as_a_file(tmp_path: object) -> None:
    image = label(LABEL, MEDIA["62"])
    for rows in (half_blocks(image), quarter_blocks(image), ascii_rows(image)):
        assert 15 <= len(rows) <= 20
        assert max(map(len, rows)) <= 80
        assert any(row.strip() for row in rows)
    path = tmp_path / "label.png"  # type: ignore[operator]
    label_png(LABEL, MEDIA["29x90"], path)
    from PIL import Image

    with Image.open(path) as picture:
        assert scanned(picture) == [NUMBER]


def test_ten_digits_take_ninety_modules() -> None:
    assert len(code128.modules(NUMBER)) == 90
    drawn = "".join("1" if any(a <= i < a + n for a, n in code128.bars(NUMBER)) else "0" for i in range(90))
    assert drawn == code128.modules(NUMBER)
    assert asdict(LABEL)["number"] == NUMBER


def _barcode_row(image: object) -> tuple[int, list[bool]]:
    """Dots a module, and the row of the picture in which the barcode stands, up to the end of its last bar."""
    wanted = code128.modules(NUMBER)
    picture = image.convert("L")  # type: ignore[attr-defined]
    inked = [value < 128 for value in picture.tobytes()]
    for y in range(picture.height):
        row = inked[y * picture.width : (y + 1) * picture.width]
        for dots in range(1, 9):
            start = row.index(True) if True in row else 0
            seen = "".join("1" if ink else "0" for ink in row[start : start + 90 * dots : dots])
            if seen == wanted:
                return dots, row[: start + 90 * dots]
    raise AssertionError("no row holds the barcode")


def test_the_place_stands_beside_the_customer_code() -> None:
    paper = LabelPaper(number="2600012345", device="Miele", customer_code="C00042", place="A1-03")
    assert _worded(paper, Printing()).code == "C00042 · A1-03"
    assert _worded(replace(paper, place=""), Printing()).code == "C00042"
