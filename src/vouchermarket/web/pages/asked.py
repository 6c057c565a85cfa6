"""What a page's address asks for, read into the struct of a query; what cannot be meant is refused."""

from typing import Any, TypeVar

import msgspec

from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.problems import RequestNotReadable

Wanted = TypeVar("Wanted", bound=msgspec.Struct)


def of(turn: Turn, wanted: type[Wanted], **otherwise: Any) -> Wanted:
    """One of these from the query: its own names only, empty answers left out.

    `otherwise` stands where nothing is said. Refuses `RequestNotReadable`.
    """
    names = {field.name for field in msgspec.structs.fields(wanted)}
    told = dict(otherwise)
    for name, text in turn.request.query_params.multi_items():
        if name in names and text.strip():
            if "\x00" in text or len(text) > 1000:
                raise RequestNotReadable(path=f"query:{name}", problem="not a text of a search")
            told[name] = text.strip()
    try:
        return msgspec.convert(told, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise RequestNotReadable(path="query", problem=str(error)[:200]) from error
