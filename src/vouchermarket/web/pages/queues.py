"""What waits at a desk, drawn the same way at every one of them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import Response

from vouchermarket.web.pages.turn import Turn

SHOWN = 50


class Waiting(msgspec.Struct, frozen=True):
    """One thing that waits: where it opens, what it is, since when, and whose it is."""

    path: str
    title: str
    about: str = ""
    owner: str = ""
    since_at: datetime | None = None


async def show(
    turn: Turn, title: str, waiting: Sequence[Waiting], *, empty: str, intro: str = ""
) -> Response[str]:
    """The queue, oldest first as it was read; `title`, `empty`, `intro` are texts to translate."""
    return await turn.show(
        "queue.html",
        title=title,
        waiting=waiting[:SHOWN],
        has_more=len(waiting) > SHOWN,
        empty=empty,
        intro=intro,
    )
