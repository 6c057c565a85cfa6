"""What may be registered, by whom, how often, and what it earns: `authority`, `admit`, `apply`, `earned`."""

from collections.abc import Collection
from datetime import date

from vouchermarket.policies.rules.counting import term_on
from vouchermarket.policies.rules.kinds.credit import TrainingType, Window
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.rules.refusals import (
    AudienceNotAllowed,
    LevelNotAllowed,
    ModeNotAllowed,
    TypeUnknown,
    UnitNotAllowed,
    WindowUsed,
)
from vouchermarket.policies.structs import Admission, Authority, Level, Mode, Person, Unit


def authority(pack: Pack, type: str, level: Level | None, is_direct: bool) -> Authority:  # noqa: A002 - the trade's word
    """Who registers and who reviews a type held at a level for a school of that affiliation (S20).

    `level` None is for types that name no level (degree, policy_award). Raises `TypeUnknown`, and
    `LevelNotAllowed` citing the type's row for every pair outside the table.
    """
    row = _row(pack, type)
    _refuse_level(row, level)
    for one in pack.authorities:
        if one.match.holds(type, level, is_direct):
            return Authority(
                registrar=one.registrar, reviewer=one.reviewer, clause=one.clause, sets_aside=one.sets_aside
            )
    raise LevelNotAllowed(type=type, level=level or "-", levels=_listed(row.levels), clause=row.clause)


def admit(
    pack: Pack,
    type: str,  # noqa: A002 - the trade's word
    level: Level | None,
    mode: Mode | None,
    unit: Unit,
    person_facts: Person | None,
    on: date,
) -> Admission:
    """May this be registered for this person on that day (S15)? Checked in this order.

    Raises `TypeUnknown`, `LevelNotAllowed`, `ModeNotAllowed` (a mode left out passes), `UnitNotAllowed`,
    `AudienceNotAllowed`; `person_facts` None judges the course alone. An audience that is only encouraged
    lets pass with the note `beyond_audience`.
    """
    row = _row(pack, type)
    _refuse_level(row, level)
    if mode is not None and mode not in row.modes:
        raise ModeNotAllowed(type=type, mode=mode, modes=_listed(row.modes), clause=row.clause)
    if unit != row.unit:
        raise UnitNotAllowed(type=type, unit=unit, expected=row.unit, clause=row.clause)
    if person_facts is None or row.audience.holds(person_facts, on, pack.cycle_on(on)):
        return Admission(clause=row.clause)
    if row.audience.beyond == "refused":
        raise AudienceNotAllowed(type=type, clause=row.clause)
    return Admission(clause=row.clause, notes=("beyond_audience",))


def has_window(pack: Pack, type: str) -> bool:  # noqa: A002 - the trade's word
    """Whether the pack counts how often somebody may apply for this type."""
    return any(type in row.types for row in pack.windows)


def apply(pack: Pack, type: str, on: date, before: Collection[date]) -> None:  # noqa: A002 - the trade's word
    """May one more application for this type be made on that day, after those of the days `before`?

    Raises `WindowUsed` with the row's clause (ZZ-A15: once a year).
    """
    for row in pack.windows:
        if type not in row.types:
            continue
        period = _period(pack, row, on)
        if not row.is_open(on, [_period(pack, row, day) for day in before].count(period)):
            raise WindowUsed(type=type, period=period, times=row.times, clause=row.clause)


def _period(pack: Pack, row: Window, on: date) -> str:
    match row.per:
        case "year":
            return str(on.year)
        case "term":
            # Where the pack dates no terms, all days share one.
            return term_on(pack, on) or "-"
        case "cycle":
            cycle = pack.cycle_on(on)
            return cycle.begins_on.isoformat() if cycle else "-"


def earned(pack: Pack, type: str, amount_hundredths: int) -> int:  # noqa: A002 - the trade's word
    """What an amount earns before caps, in hundredths: nothing for a type without separate credit (ZZ-A11),
    at most the fixed amount for a fixed type (ZZ-A14), else itself. Raises `TypeUnknown`."""
    return _row(pack, type).earned(amount_hundredths)


def _row(pack: Pack, type_: str) -> TrainingType:
    row = pack.training_type(type_)
    if row is None:
        raise TypeUnknown(type=type_)
    return row


def _refuse_level(row: TrainingType, level: Level | None) -> None:
    allowed = level in row.levels if row.levels else level is None
    if not allowed:
        raise LevelNotAllowed(
            type=row.code, level=level or "-", levels=_listed(row.levels), clause=row.clause
        )


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(codes) or "-"
