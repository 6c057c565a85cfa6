"""What each entry counts, and why not more: reasons in the order of S14, then caps in order of day (S1)."""

from collections.abc import Mapping, Sequence
from datetime import date

from vouchermarket.kit import calendar
from vouchermarket.policies.rules.kinds.credit import Cap, TrainingType
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.rules.refusals import FactsNotReadable
from vouchermarket.policies.structs import SHARED_TYPES, Counted, Entry, Person, Why

CAP_ORDER = ("once", "cap_per_component", "cap_per_term", "cap_per_year", "cap_per_cycle")


def count(pack: Pack, person: Person, entries: Sequence[Entry], as_of: date) -> tuple[Counted, ...]:
    """Every entry in the order given. Raises `FactsNotReadable` for an unknown type or a missing term."""
    _refuse_unreadable(pack, entries)
    types = {row.code: row for row in pack.types}
    uncounted = any(
        row.entries_without == "uncounted" and not row.holds(person) for row in pack.prerequisites
    )
    reasons: list[Why | None] = [_reason(pack, types, entry, as_of, uncounted) for entry in entries]
    inside = _after_caps(pack, types, entries, reasons)
    seen = inside
    if "outside_cycle" in reasons:
        # Duties with a period of their own see these entries too; what follows that reason still binds.
        again: list[Why | None] = [
            _later_reason(pack, types, entry) if why == "outside_cycle" else why
            for entry, why in zip(entries, reasons, strict=True)
        ]
        seen = _after_caps(pack, types, entries, again)
    return tuple(
        Counted(
            index=index,
            entry=entry,
            counted_hundredths=inside[index][0],
            seen_hundredths=seen[index][0],
            registered_hundredths=0 if reasons[index] else entry.amount_hundredths,
            why=inside[index][1],
        )
        for index, entry in enumerate(entries)
    )


def term_of(pack: Pack, entry: Entry) -> str | None:
    """The term an entry names, or the one its day lies in; None where the pack gives no dates (S2)."""
    return entry.term if entry.term is not None else term_on(pack, entry.on)


def term_on(pack: Pack, on: date) -> str | None:
    """The term a day lies in, as `"2014-1"`; None where the pack gives no dates."""
    if pack.terms is None:
        return None
    day, year = calendar.month_day(on), on.year
    begins, ends = pack.terms.spring
    if begins <= day < ends:
        return f"{year}-1"
    return f"{year if day >= ends else year - 1}-2"


def _refuse_unreadable(pack: Pack, entries: Sequence[Entry]) -> None:
    known = SHARED_TYPES | {row.code for row in pack.types}
    termly = [] if pack.terms is not None else [cap for cap in pack.caps if cap.per == "term"]
    faults: list[str] = []
    for index, entry in enumerate(entries):
        if entry.type not in known:
            faults.append(f"entries[{index}].type: no such type: {entry.type}")
        if entry.term is None and any(_meant(cap, entry) for cap in termly):
            faults.append(f"entries[{index}].term: is needed, the type has a cap per term")
    if faults:
        raise FactsNotReadable(faults)


def _reason(
    pack: Pack, types: Mapping[str, TrainingType], entry: Entry, as_of: date, uncounted: bool
) -> Why | None:
    if entry.status != "approved":
        return "not_approved"
    if entry.on > as_of:
        return "after_as_of"
    if uncounted:
        return "not_registered"
    if pack.cycles and pack.cycle_on(entry.on) is None:
        return "outside_cycle"
    return _later_reason(pack, types, entry)


def _later_reason(pack: Pack, types: Mapping[str, TrainingType], entry: Entry) -> Why | None:
    if pack.evidence and not entry.evidence_complete:
        return "evidence_incomplete"
    row = types.get(entry.type)
    return "no_separate_credit" if row is not None and row.earns == "none" else None


def _after_caps(
    pack: Pack, types: Mapping[str, TrainingType], entries: Sequence[Entry], reasons: Sequence[Why | None]
) -> list[tuple[int, Why | None]]:
    # Earlier days fill a cap first, and of one day the entry that stands first in the file.
    order = sorted(range(len(entries)), key=lambda index: (entries[index].on, index))
    caps = sorted(pack.caps, key=lambda cap: CAP_ORDER.index(cap.why))
    used: dict[tuple[int, object, str], int] = {}
    taken: set[tuple[str, str]] = set()
    judged: list[tuple[int, Why | None]] = [(0, why) for why in reasons]
    for index in order:
        if reasons[index] is not None:
            continue
        entry = entries[index]
        amount, why = _fixed(types.get(entry.type), entry, taken)
        buckets = [
            ((number, _bucket(pack, cap, entry), entry.unit), cap)
            for number, cap in enumerate(caps)
            if amount and _meant(cap, entry)
        ]
        for bucket, cap in buckets:
            room = cap.at_most_hundredths - used.get(bucket, 0)
            if room < amount:
                amount, why = room, why or cap.why
        for bucket, _ in buckets:
            used[bucket] = used.get(bucket, 0) + amount
        judged[index] = (amount, why)
    return judged


def _fixed(row: TrainingType | None, entry: Entry, taken: set[tuple[str, str]]) -> tuple[int, Why | None]:
    if row is None or row.earns != "fixed":
        return entry.amount_hundredths, None
    key = (row.code, row.once_key(entry))
    if key in taken:
        return 0, "once"
    taken.add(key)
    earned = row.earned(entry.amount_hundredths)
    return earned, None if earned == entry.amount_hundredths else "once"


def _meant(cap: Cap, entry: Entry) -> bool:
    return entry.unit == cap.unit and cap.counts.holds(entry)


def _bucket(pack: Pack, cap: Cap, entry: Entry) -> object:
    # What lies outside every cycle never uses up the room of what lies inside.
    cycle = pack.cycle_on(entry.on)
    inside = cycle.code if cycle else None
    match cap.per:
        case "term":
            return inside, term_of(pack, entry)
        case "year":
            return inside, entry.on.year
        case "document":
            return inside, entry.document
        case "cycle":
            return inside
