"""Bodies of a file against those of the bureau."""

from collections.abc import Collection, Mapping
from typing import Any

from vouchermarket.identity.rules.imports.comparing import Change, Compared, StandingBody
from vouchermarket.identity.rules.roster import misplaced, wanted_parent
from vouchermarket.identity.rules.sheets import FaultKind
from vouchermarket.identity.structs import AddOrganisation, OrganisationKind, ProviderKind, SchoolStage
from vouchermarket.kit.tabular import Fault, Record, Records, compared, fault_of, in_order

_FLAGS = ("is_direct", "is_rural")
_BLANK = {"stage": None, "provider_kind": None, "parent": None, "is_direct": False, "is_rural": False}


_KNOWN = ("本局已有或本文件中的单位编号", "the code of a body that stands or is in this file")


def organisations(records: Records, standing: Mapping[str, StandingBody]) -> Compared:
    """Bodies of the file against those of the bureau, by code. Parents may stand in the same file."""
    told = {record.code: OrganisationKind(record.values["kind"]) for record in records.rows}
    kinds = {code: body.kind for code, body in standing.items()} | told

    def judged(record: Record) -> Change | list[Fault]:
        found = standing.get(record.code)
        values = _BLANK | (found.values if found else {}) | record.values
        values |= {flag: bool(values[flag]) for flag in _FLAGS}
        faults = _unfit(record, values, found, kinds, records.codes)
        if faults:
            return faults
        fields = tuple(name for name in record.values if not found or values[name] != found.values.get(name))
        return Change(record.row, record.code, found.id if found else None, fields, values)

    return compared(records, judged)


def under_bodies_that_come_in(found: Compared, standing: Mapping[str, StandingBody]) -> Compared:
    """Without the rows that stand under a body that has a fault itself, each told of in its place."""
    changes, faults = found.changes, list(found.faults)
    while True:
        known = {*standing, *(change.code for change in changes)}
        lost = [change for change in changes if change.values["parent"] not in {None, *known}]
        if not lost:
            return Compared(changes, found.unchanged, in_order(faults))
        faults += [
            Fault(change.row, "parent", FaultKind.ORGANISATION_UNKNOWN, change.values["parent"], *_KNOWN)
            for change in lost
        ]
        rows = {change.row for change in lost}
        changes = [change for change in changes if change.row not in rows]


def _unfit(
    record: Record,
    values: dict[str, Any],
    found: StandingBody | None,
    kinds: Mapping[str, OrganisationKind],
    codes: Collection[str],
) -> list[Fault]:
    parent = values["parent"]
    body = AddOrganisation(
        kind=OrganisationKind(values["kind"]),
        code=record.code,
        name=values["name"],
        is_direct=values["is_direct"],
        is_rural=values["is_rural"],
        stage=SchoolStage(values["stage"]) if values["stage"] else None,
        provider_kind=ProviderKind(values["provider_kind"]) if values["provider_kind"] else None,
    )
    if found and found.is_closed:
        return [
            fault_of(
                record,
                FaultKind.ORGANISATION_CLOSED,
                "code",
                "未撤销的单位",
                "a body that is open",
            )
        ]
    if found and found.kind is not body.kind:
        return [fault_of(record, FaultKind.KIND_CHANGED, "kind", found.kind.value, found.kind.value)]
    faults = [
        fault_of(
            record,
            FaultKind.FIELD_NOT_FITTING,
            field,
            f"与“{body.kind}”相符",
            f"what fits {body.kind}",
        )
        for field in misplaced(body)
    ]
    wanted = wanted_parent(body)
    if parent is not None and parent not in kinds:
        # A row that has a fault of its own is told of once, not by each that stands under it.
        if parent not in codes:
            faults.append(fault_of(record, FaultKind.ORGANISATION_UNKNOWN, "parent", *_KNOWN))
    elif (kinds[parent] if parent else None) is not wanted:
        told = wanted.value if wanted else "-"
        faults.append(fault_of(record, FaultKind.PARENT_NOT_FITTING, "parent", told, told))
    return faults
