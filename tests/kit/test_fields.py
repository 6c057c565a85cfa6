"""What a text in a command may hold."""

import msgspec
import pytest

from vouchermarket.kit.fields import Code, Instant, Line, Prose, Text


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (Line, "语文·骨干 (2014)"),
        (Prose, "第一行\n第二行\r\n\t缩进"),
        (Text, ""),
        (Code, "teacher0017"),
        (Instant, "2014-03-03T09:00:00Z"),
    ],
)
def test_takes_what_people_write(kind: object, good: str) -> None:
    assert msgspec.convert(good, kind) is not None


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        *((Line, bad) for bad in ("", "a\n", "a\nb", "a\tb", "a\0b", "a\x7f", "语" * 201)),
        *((Prose, bad) for bad in ("", "a\0b", "a\x1b[31m", "a\x7f", "语" * 2001)),
        *((Text, bad) for bad in ("\0", "a\x08", "语" * 5001)),
        *((Code, bad) for bad in ("", "-a", "a b", "a\n", "a" * 41)),
        (Instant, "2014-03-03T09:00:00"),
    ],
)
def test_refuses_what_no_page_and_no_column_could_bear(kind: object, bad: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, kind)
