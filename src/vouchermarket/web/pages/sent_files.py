"""A table that a form brings as a file, read beside the event loop; what is wrong with it, row by row."""

import asyncio
from typing import Any

from litestar.datastructures import UploadFile

from vouchermarket.kit import tabular
from vouchermarket.web.pages.forms import FormNotRight
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.uploads import BODY_BYTES_MAX
from vouchermarket.web.words import N_

FIELD = "file"
# What a route that takes a file says of itself.
TAKES_A_FILE: dict[str, Any] = {"request_max_body_size": BODY_BYTES_MAX}


async def content_sent(turn: Turn) -> tuple[str, bytes]:
    """The file of the form, as its sender called it. Refuses `FormNotRight` where none was chosen."""
    form = await turn.request.form()
    sent = next((part for _, part in form.multi_items() if isinstance(part, UploadFile)), None)
    content = await sent.read() if sent is not None else b""
    if sent is None or not content:
        raise FormNotRight({FIELD: turn.say(N_("请选择 Excel(xlsx)或 CSV 文件"))})
    return sent.filename, content


async def sheet_sent(turn: Turn) -> tabular.Sheet:
    """The table in the file. Refuses as `content_sent`, and what cannot be read as `tabular.read` does."""
    _, content = await content_sent(turn)
    return await asyncio.to_thread(tabular.read, content)
