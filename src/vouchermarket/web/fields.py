"""Bounded types of paths and queries; those of bodies stand in the commands (`kit.fields`)."""

from typing import Annotated
from uuid import UUID

from litestar.params import FromPath, QueryParameter

PAGE_MAX = 200

# The only ids in paths: a number would be counted through.
Id = FromPath[UUID]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX, description="How many rows at most")]
Offset = Annotated[int, QueryParameter(ge=0, le=1_000_000, description="How many rows to pass over")]
After = Annotated[
    str,
    QueryParameter(
        max_length=40,
        pattern=r"^[A-Za-z0-9_.-]*(?![\s\S])",
        description="The code of the last row of the page before",
    ),
]
