"""Bounded types for commands: what no database column and no page could bear is refused at the door."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from vouchermarket.kit.money import FEN_MAX

# `$` would let a closing line break through; this end does not, in Python and in JSON Schema alike.
_END = r"(?![\s\S])"
# No control characters, NUL least of all: PostgreSQL keeps none. Prose may hold tabs and several lines.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*" + _END
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*" + _END

# What may not be left blank either.
_SAID = r"^[ \u3000]*[^\x00-\x20\x7f\u3000][^\x00-\x1f\x7f]*" + _END

Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=_ONE_LINE)]
Stated = Annotated[str, Meta(min_length=1, max_length=200, pattern=_SAID)]
# What is typed into a search box, which may be left empty.
Asked = Annotated[str, Meta(max_length=200, pattern=_ONE_LINE)]
Prose = Annotated[str, Meta(min_length=1, max_length=2000, pattern=_LINES)]
# A word one may add, or leave out.
Remark = Annotated[str, Meta(max_length=1000, pattern=_LINES)]
# What may be left empty.
Text = Annotated[str, Meta(max_length=5000, pattern=_LINES)]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}" + _END)]
Fen = Annotated[int, Meta(ge=0, le=FEN_MAX)]
Year = Annotated[int, Meta(ge=2000, le=2100)]
Instant = Annotated[datetime, Meta(tz=True)]
