"""Filters of lists: each field of a struct is one query parameter, bounded as the struct bounds it."""

import inspect
from typing import Annotated, Any

import msgspec
from litestar.di import Provide
from litestar.params import QueryParameter
from msgspec.structs import FieldInfo

BOUNDS = ("ge", "le", "min_length", "max_length", "pattern")


def asked_in(*structs: type[msgspec.Struct]) -> Provide:
    """A dependency that reads one of each of these structs from the query, as a tuple.

    Written down for the framework as a function of as many parameters as the structs have fields, so that
    each is checked and described like any other.
    """
    fields = {struct: msgspec.structs.fields(struct) for struct in structs}

    def read(**given: Any) -> tuple[msgspec.Struct, ...]:
        return tuple(
            struct(**{one.name: given[one.name] for one in names}) for struct, names in fields.items()
        )

    parameters = [_parameter(one) for names in fields.values() for one in names]
    read.__signature__ = inspect.Signature(parameters)
    read.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return Provide(read, sync_to_thread=False)


def _parameter(field: FieldInfo) -> inspect.Parameter:
    told = msgspec.inspect.type_info(field.type)
    kinds = told.types if isinstance(told, msgspec.inspect.UnionType) else (told,)
    bounds = {
        name: value for kind in kinds for name in BOUNDS if (value := getattr(kind, name, None)) is not None
    }
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=field.default,
        annotation=Annotated[field.type, QueryParameter(**bounds)],
    )
