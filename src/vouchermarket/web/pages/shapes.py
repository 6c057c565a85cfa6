"""What the type of a command's field says about how it is drawn and read."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.inspect import Metadata, UnionType, type_info

KINDS: Mapping[type[msgspec.inspect.Type], str] = {
    msgspec.inspect.BoolType: "tick",
    msgspec.inspect.IntType: "number",
    msgspec.inspect.DateType: "date",
    msgspec.inspect.DateTimeType: "instant",
    msgspec.inspect.EnumType: "choice",
    msgspec.inspect.LiteralType: "choice",
}


def plain(kind: Any) -> msgspec.inspect.Type:
    """The type without `None` and without what stands around it."""
    told = kind if isinstance(kind, msgspec.inspect.Type) else type_info(kind)
    while isinstance(told, Metadata):
        told = told.type
    if isinstance(told, UnionType):
        return plain(next(one for one in told.types if not isinstance(one, msgspec.inspect.NoneType)))
    return told


def is_list(kind: Any) -> bool:
    return isinstance(plain(kind), msgspec.inspect.ListType | msgspec.inspect.VarTupleType)


def struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The struct a list is of, where it is one."""
    told = plain(kind)
    if isinstance(told, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        inner = plain(told.item_type)
        return inner.cls if isinstance(inner, msgspec.inspect.StructType) else None
    return None


def bound(kind: Any, name: str) -> int | None:
    return getattr(plain(kind), name, None)
