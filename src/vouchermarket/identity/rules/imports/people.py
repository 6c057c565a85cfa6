"""People of a file against those of the bureau.

A row says how things stand from its `from_on` on. What it leaves empty of a person's seat stays as it is;
a teacher who is told at another school leaves the former one that day.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from vouchermarket.identity.rules.imports.comparing import (
    Change,
    Compared,
    StandingBody,
    StandingPerson,
    StandingSeat,
)
from vouchermarket.identity.rules.roster import Held, has_seat
from vouchermarket.identity.rules.sheets import FaultKind
from vouchermarket.identity.structs import Role
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.tabular import Fault, Record, Records, compared, fault_of

PERSON_FIELDS = ("name", "sex", "born_on", "joined_on", "registered", "subject")
WORDS = ("posts", "tiers")
_NEEDED = ("必填:任职、职务或层次自哪一天起", "the day from which seat, posts or tiers hold")


def people(
    records: Records,
    standing: Mapping[str, StandingPerson],
    bodies: Mapping[str, StandingBody],
    *,
    by: PersonId,
    today: date,
) -> Compared:
    """Persons of the file against those of the bureau, by code."""

    def judged(record: Record) -> Change | list[Fault]:
        found = standing.get(record.code)
        faults = [*_incomplete(record, found, today), *_unseatable(record, bodies)]
        if faults:
            return faults
        change = _change(record, found, today)
        faults = _too_early(record, found, change, today)
        if change.id == by and not change.is_empty:
            faults.append(
                fault_of(
                    record,
                    FaultKind.OWN_ROW,
                    "code",
                    "由他人办理本人的变动",
                    "another's hand for one's own row",
                )
            )
        return faults or change

    return compared(records, judged)


def _incomplete(record: Record, found: StandingPerson | None, today: date) -> list[Fault]:
    values = record.values
    is_seated = bool(values.get("organisation") or values.get("role"))
    wanted = [name for name in ("organisation", "role", "from_on") if is_seated and not values.get(name)]
    if not is_seated and not values.get("from_on"):
        words = {name: _in_force(found, name, today) for name in WORDS}
        changed = any(set(values.get(name, words[name])) != set(words[name]) for name in WORDS)
        wanted = ["from_on"] if changed else []
    return [fault_of(record, FaultKind.VALUE_MISSING, name, *_NEEDED) for name in wanted]


def _unseatable(record: Record, bodies: Mapping[str, StandingBody]) -> list[Fault]:
    code, role = record.values.get("organisation"), record.values.get("role")
    if not code or not role:
        return []
    body = bodies.get(code)
    if body is None:
        return [
            fault_of(
                record,
                FaultKind.ORGANISATION_UNKNOWN,
                "organisation",
                "本局已有的单位编号",
                "the code of a body of this bureau",
            )
        ]
    if body.is_closed:
        return [
            fault_of(
                record,
                FaultKind.ORGANISATION_CLOSED,
                "organisation",
                "未撤销的单位",
                "a body that is open",
            )
        ]
    if not has_seat(body.kind, Role(role)):
        return [
            fault_of(
                record,
                FaultKind.ROLE_NOT_FITTING,
                "role",
                f"“{body.kind}”有的角色",
                f"a role that {body.kind} has",
            )
        ]
    return []


def _change(record: Record, found: StandingPerson | None, today: date) -> Change:
    values = record.values
    told = [name for name in PERSON_FIELDS if name in values]
    fields = tuple(name for name in told if not found or values[name] != found.values[name])
    on = max(values.get("from_on") or today, today)
    takes = bool(values.get("organisation")) and not any(_is_told(seat, values, on) for seat in _seats(found))
    former = _former(found, values) if takes else []
    words = {name: _in_force(found, name, on) for name in WORDS if name in values}
    return Change(
        record.row,
        record.code,
        found.id if found else None,
        fields,
        values,
        takes_seat=takes,
        leaves=former[0].id if len(former) == 1 and former[0].from_on < values["from_on"] else None,
        begun={
            name: tuple(word for word in values[name] if word not in held) for name, held in words.items()
        },
        ended={
            name: tuple(period for word, period in held.items() if word not in values[name])
            for name, held in words.items()
        },
    )


def _seats(found: StandingPerson | None) -> tuple[StandingSeat, ...]:
    return found.seats if found else ()


def _is_told(seat: StandingSeat, values: dict[str, Any], on: date) -> bool:
    is_same = (seat.organisation, seat.role) == (values["organisation"], values["role"])
    return is_same and seat.from_on <= on and (seat.to_on is None or seat.to_on > on)


def _former(found: StandingPerson | None, values: dict[str, Any]) -> list[StandingSeat]:
    """The seats that cannot be held beside the one told: a teacher's others, an officer's own again."""
    return [
        seat
        for seat in _seats(found)
        if seat.role == values["role"]
        and (seat.role == Role.TEACHER.value or seat.organisation == values["organisation"])
        and (seat.to_on is None or seat.to_on > values["from_on"])
    ]


def _in_force(found: StandingPerson | None, name: str, on: date) -> dict[str, Held]:
    held = found.words[name] if found else ()
    return {
        each.what: each for each in held if each.from_on <= on and (each.to_on is None or each.to_on > on)
    }


def _too_early(record: Record, found: StandingPerson | None, change: Change, today: date) -> list[Fault]:
    faults: list[Fault] = []
    former = _former(found, record.values) if change.takes_seat else []
    if former and change.leaves is None:
        seat = max(former, key=lambda each: each.from_on)
        told = f"{seat.organisation} {seat.from_on} – {seat.to_on or ''}".strip()
        faults.append(
            fault_of(
                record,
                FaultKind.PERSON_ELSEWHERE,
                "organisation",
                f"晚于 {told}",
                f"a day after {told}",
            )
        )
    from_on = record.values.get("from_on") or today
    for name in change.begun:
        crossing = [
            each
            for each in (found.words[name] if found else ())
            if (each.what in change.begun[name] and (each.to_on is None or each.to_on > from_on))
            or (each in change.ended[name] and each.from_on >= from_on)
        ]
        for each in crossing[:1]:
            told = f"{each.what} {each.from_on}"
            faults.append(
                fault_of(
                    record,
                    FaultKind.BEGINS_TOO_EARLY,
                    name,
                    f"起始日期晚于 {told}",
                    f"from_on after {told}",
                )
            )
    return faults
