"""A form is a command's struct: its fields drawn, what was typed read back, and each fault beside its field.

Money is typed in yuan and read as fen, instants in the bureau's time, lists as lines or ticked boxes. Nothing
is guessed: what cannot be read is told at its field, and everything typed stands in the form again.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import FieldInfo

from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.web.pages.amounts import yuan_typed
from vouchermarket.web.pages.fieldnames import help_of, name_of
from vouchermarket.web.pages.shapes import KINDS, bound, is_list, plain, struct_in
from vouchermarket.web.pages.turn import Typed
from vouchermarket.web.pages.values import AS_THEY_ARE, EMPTY, MISSING, Fault, checked, value_of
from vouchermarket.web.words import Words

Options = Sequence[tuple[str, str]]
LONG = 300


class Field(msgspec.Struct, kw_only=True):
    """One field as it is drawn. `kind` names the part of `parts/form.html` that draws it."""

    name: str
    label: str
    kind: str
    help: str = ""
    is_required: bool = True
    value: str = ""
    chosen: tuple[str, ...] = ()
    options: Options = ()
    length_max: int | None = None
    fault: str = ""


class FormNotRight(Refusal):
    """What was typed cannot be read; `faults` says why, by field."""

    code = "form_not_right"
    kind = Kind.INVALID
    zh = "有 {count} 处需要更正"
    en = "Places to put right: {count}"
    remedy_zh = "请按各栏下方的提示更正后再提交"
    remedy_en = "Put each field right as said below it and send the form again"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(count=len(faults), fields=sorted(faults))
        self.faults = faults


class Form:
    """A command's form: which fields are drawn, with which choices, and how the rest is known."""

    def __init__(
        self,
        command: type[msgspec.Struct],
        say: Words,
        zone: str,
        *,
        options: Mapping[str, Options] | None = None,
        known: Mapping[str, Any] | None = None,
        kinds: Mapping[str, str] | None = None,
        rows: Mapping[str, int] | None = None,
    ) -> None:
        """`known` fields are filled in by the page and never typed; `kinds` overrules how one is drawn.

        `rows`: how many empty lines a list of structs offers beside what was typed.
        """
        self._command = command
        self._say = say
        self._zone = ZoneInfo(zone)
        self._options = options or {}
        self._known = known or {}
        self._kinds = kinds or {}
        self._rows = rows or {}

    # --- drawing ------------------------------------------------------------------------------------------

    def fields(
        self,
        typed: Typed | None = None,
        faults: Mapping[str, str] | None = None,
        first: Mapping[str, str] | None = None,
    ) -> list[Field]:
        """The fields to draw: as typed with their faults, else with what `first` suggests."""
        drawn: list[Field] = []
        for field in self._typed_fields():
            drawn += self._drawn(field, typed, faults or {}, first or {})
        return drawn

    def _typed_fields(self) -> list[FieldInfo]:
        return [one for one in msgspec.structs.fields(self._command) if one.name not in self._known]

    def _drawn(
        self, field: FieldInfo, typed: Typed | None, faults: Mapping[str, str], first: Mapping[str, str]
    ) -> list[Field]:
        inner = struct_in(field.type)
        if inner is not None:
            lines = max(_lines(typed, field.name), self._rows.get(field.name, 1))
            return [
                self._field(f"{field.name}.{line}.{one.name}", one, typed, faults, first)
                for line in range(lines)
                for one in msgspec.structs.fields(inner)
            ]
        return [self._field(field.name, field, typed, faults, first)]

    def _field(
        self,
        name: str,
        field: FieldInfo,
        typed: Typed | None,
        faults: Mapping[str, str],
        first: Mapping[str, str],
    ) -> Field:
        kind = self._kinds.get(field.name) or self._kind(field)
        is_known = typed is not None and name in typed.names()
        texts = typed.all(name) if typed is not None and is_known else []
        value = "\n".join(texts) if is_known else _suggested(name, field, first, typed)
        return Field(
            name=name,
            label=self._say(name_of(field.name, self._command)),
            help=self._say(help_of(field.name, self._command, kind)),
            kind=kind,
            is_required=field.required and kind != "tick",
            value=value,
            chosen=tuple(texts) if typed is not None else tuple(filter(None, value.split("\n"))),
            options=self._choices(field),
            length_max=bound(field.type, "max_length") if kind in {"text", "long"} else None,
            fault=faults.get(name, ""),
        )

    def _kind(self, field: FieldInfo) -> str:
        kind = plain(field.type)
        if field.name in self._options:
            return "ticks" if is_list(field.type) else "choice"
        if field.name.endswith("_fen"):
            return "money"
        if is_list(field.type):
            return "lines"
        if isinstance(kind, msgspec.inspect.StrType):
            return "long" if (kind.max_length or 0) > LONG else "text"
        return KINDS.get(type(kind), "text")

    def _choices(self, field: FieldInfo) -> Options:
        if field.name in self._options:
            return self._options[field.name]
        kind = plain(field.type)
        if isinstance(kind, msgspec.inspect.EnumType):
            return [(str(one.value), str(one.value)) for one in kind.cls]
        if isinstance(kind, msgspec.inspect.LiteralType):
            return [(str(one), str(one)) for one in kind.values]
        return ()

    # --- reading ------------------------------------------------------------------------------------------

    def read(self, typed: Typed) -> Any:
        """The command, with what the page knows. Refuses `FormNotRight` with every fault at its field."""
        values: dict[str, Any] = dict(self._known)
        faults: dict[str, str] = {}
        for field in self._typed_fields():
            inner = struct_in(field.type)
            if inner is not None:
                values[field.name] = self._read_lines(field, inner, typed, faults)
            else:
                self._read_field(field.name, field, typed, values, faults)
        if not faults:
            try:
                return msgspec.convert(values, self._command, strict=True, builtin_types=AS_THEY_ARE)
            except msgspec.ValidationError as error:
                faults[""] = str(error)
        raise FormNotRight(faults)

    def _read_field(
        self, name: str, field: FieldInfo, typed: Typed, values: dict[str, Any], faults: dict[str, str]
    ) -> None:
        try:
            value = value_of(field, typed.all(name), self._zone)
            if value is not EMPTY:
                values[field.name] = checked(value, field.type)
            elif field.required:
                faults[name] = self._say(MISSING)
        except Fault as fault:
            faults[name] = self._say(str(fault))

    def _read_lines(
        self, field: FieldInfo, inner: type[msgspec.Struct], typed: Typed, faults: dict[str, str]
    ) -> list[dict[str, Any]]:
        read: list[dict[str, Any]] = []
        for line in range(_lines(typed, field.name)):
            start = f"{field.name}.{line}."
            if not any(text.strip() for name, text in typed.pairs if name.startswith(start)):
                continue
            values: dict[str, Any] = {}
            for one in msgspec.structs.fields(inner):
                self._read_field(start + one.name, one, typed, values, faults)
            read.append(values)
        return read


def _lines(typed: Typed | None, name: str) -> int:
    """How many lines of a list were sent: one past the highest number."""
    numbers = [
        int(place)
        for sent in (typed.names() if typed else ())
        if sent.startswith(f"{name}.") and (place := sent.split(".")[1]).isdigit() and len(place) < 4
    ]
    return max(numbers, default=-1) + 1


def _suggested(name: str, field: FieldInfo, first: Mapping[str, str], typed: Typed | None) -> str:
    if typed is not None:
        return ""
    if name in first:
        return first[name]
    default = field.default
    if default is msgspec.NODEFAULT or default is None or default == ():
        return ""
    if field.name.endswith("_fen") and isinstance(default, int):
        return yuan_typed(default)
    if isinstance(default, bool):
        return "yes" if default else ""
    return str(default.value if isinstance(default, Enum) else default)


def faults_of(refusal: Refusal | None) -> Mapping[str, str]:
    """By field, where a refusal is about fields."""
    return refusal.faults if isinstance(refusal, FormNotRight) else {}
