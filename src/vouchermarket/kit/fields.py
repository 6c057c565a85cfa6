"""Bounded types for commands: what no database column and no page could bear is refused at the door."""

from typing import Annotated

from msgspec import Meta

# `$` would let a closing line break through; this end does not, in Python and in JSON Schema alike.
_END = r"(?![\s\S])"

Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*" + _END)]
Prose = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[^\x00]*" + _END)]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}" + _END)]
Fen = Annotated[int, Meta(ge=1, le=10**12)]
Count = Annotated[int, Meta(ge=0, le=10**6)]
Hundredths = Annotated[int, Meta(ge=0, le=10**8)]
