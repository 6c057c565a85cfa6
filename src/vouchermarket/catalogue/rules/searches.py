"""A search as the query of an address, and how many of them are kept. Pure."""

from urllib.parse import urlencode

import msgspec

from vouchermarket.catalogue.structs import SearchPage, SearchRuns
from vouchermarket.kit.refusal import Kind, Refusal


class SavedSearchesFull(Refusal):
    code = "saved_searches_full"
    kind = Kind.CONFLICT
    zh = "至多保存 {at_most} 个搜索"
    en = "At most {at_most} searches are kept"
    remedy_zh = "请先删除一个不用的"
    remedy_en = "Delete one you no longer need"


def canonical(asked: SearchRuns, page: SearchPage) -> str:
    """What was asked as a query that asks it again: one text for all ways to ask the same.

    Names stand in one order, what goes without saying is left out, spaces around and between words are one.
    """
    plain = msgspec.structs.replace(asked, words=" ".join(asked.words.split()))
    told = {**_told(plain), **_told(page)}
    # The best of what is found stands first either way.
    if "sort" not in told:
        told.pop("descending", None)
    return urlencode({name: _written(value) for name, value in sorted(told.items())})


def _told(asked: msgspec.Struct) -> dict[str, object]:
    defaults = {field.name: field.default for field in msgspec.structs.fields(asked)}
    told = {name: value for name, value in msgspec.structs.asdict(asked).items() if value != defaults[name]}
    return msgspec.to_builtins(told)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
