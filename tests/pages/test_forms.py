"""A form reads what people type, says every fault at its field, and keeps all that was typed."""

from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated

import msgspec
import pytest

from vouchermarket.kit.fields import Fen, Instant, Line, Prose
from vouchermarket.web.pages.amounts import AmountUnclear, fen_of, yuan_typed
from vouchermarket.web.pages.forms import Form, FormNotRight
from vouchermarket.web.pages.turn import Typed
from vouchermarket.web.words import words


class Colour(Enum):
    RED = "red"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    starts_at: Instant
    place: Line | None = None


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: Line
    price_fen: Fen
    on: date
    seats: Annotated[int, msgspec.Meta(ge=1, le=100)]
    colour: Colour
    parts: tuple[Part, ...]
    lines: tuple[Line, ...] = ()
    summary: Prose | None = None
    is_open: bool = False


GOOD = [
    ("title", " 阅读指导 "),
    ("price_fen", "1,200.5"),
    ("on", "2026-03-05"),
    ("seats", "30"),
    ("colour", "red"),
    ("parts.0.starts_at", "2026-03-05T14:00"),
    ("parts.0.place", ""),
    ("parts.1.starts_at", ""),
    ("parts.1.place", ""),
    ("lines", "甲\n\n乙"),
    ("summary", ""),
]


def form(language: str = "zh") -> Form:
    return Form(Command, words(language), "Asia/Shanghai")


def changed(**typed: str) -> Typed:
    return Typed([(name, typed.get(name.replace(".", "_"), text)) for name, text in GOOD])


def faults(**typed: str) -> dict[str, str]:
    with pytest.raises(FormNotRight) as refused:
        form().read(changed(**typed))
    return dict(refused.value.faults)


def test_reads_money_days_and_times_as_people_write_them() -> None:
    read = form().read(Typed(GOOD))
    assert read == Command(
        title="阅读指导",
        price_fen=120_050,
        on=date(2026, 3, 5),
        seats=30,
        colour=Colour.RED,
        parts=(Part(starts_at=datetime(2026, 3, 5, 6, tzinfo=UTC)),),
        lines=("甲", "乙"),
    )


def test_says_every_fault_at_its_field() -> None:
    assert set(faults(title="", price_fen="12.345", on="31.2.", seats="0", colour="blue")) == {
        "title",
        "price_fen",
        "on",
        "seats",
        "colour",
    }


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", "长" * 201),
        ("title", "a\x00b"),
        ("title", "\u202e\x1bname"),
        ("price_fen", "-1"),
        ("price_fen", "1e3"),
        ("price_fen", "9" * 20),
        ("on", "2026-02-30"),
        ("seats", "½"),
        ("seats", "9" * 5000),
        ("seats", "1_0"),
        ("parts_0_starts_at", "morgen"),
        ("lines", "x" * 201),
    ],
)
def test_refuses_what_cannot_be_read(field: str, text: str) -> None:
    assert len(faults(**{field: text})) == 1


def test_shows_what_was_typed_again_with_its_faults() -> None:
    typed = changed(price_fen="viel", title="长" * 201)
    drawn = {field.name: field for field in form().fields(typed, faults(price_fen="viel"))}
    assert drawn["price_fen"].value == "viel"
    assert drawn["price_fen"].fault
    assert drawn["title"].value == "长" * 201
    assert drawn["parts.0.starts_at"].value == "2026-03-05T14:00"


def test_tells_faults_in_the_readers_language() -> None:
    with pytest.raises(FormNotRight) as refused:
        form("en").read(changed(title=""))
    assert refused.value.faults["title"] == "Please fill this in"


def test_a_field_the_page_knows_is_never_typed() -> None:
    known = Form(Command, words("zh"), "UTC", known={"title": "定了"})
    assert "title" not in {field.name for field in known.fields()}
    assert known.read(changed(title="别的")).title == "定了"


@pytest.mark.parametrize(
    ("text", "fen"), [("1200", 120_000), ("¥49.5", 4_950), ("0.01", 1), ("1,234,567.89 元", 123_456_789)]
)
def test_money_is_typed_in_yuan(text: str, fen: int) -> None:
    assert fen_of(text) == fen
    assert fen_of(yuan_typed(fen)) == fen


@pytest.mark.parametrize("text", ["", "1.234", "1,2", "--1", "1 000", "abc", "1.2.3"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountUnclear):
        fen_of(text)
