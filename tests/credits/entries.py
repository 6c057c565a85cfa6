"""Commands for tests: an entry as a registrar would write it, each field to be overruled by name."""

from typing import Any

from factories import TODAY
from vouchermarket.credits.structs import CorrectEntry, RegisterEntry
from vouchermarket.identity.structs import Actor

CORRECTION = CorrectEntry(amount="4.5", earned_on=TODAY, evidence="校内签到册第 4 页", mode="school_based")


def school_based(teacher: Actor, **fields: Any) -> RegisterEntry:
    """School-based training of 6 credits, earned today."""
    return _entry(
        teacher,
        {"type": "school_based", "amount": "6", "level": "school", "mode": "school_based", **fields},
    )


def diploma(teacher: Actor, document: str | None = "学位-2013-001", **fields: Any) -> RegisterEntry:
    """A degree: 100 credits by diploma (ZZ-A14)."""
    return _entry(teacher, {"type": "degree", "amount": "100", "document": document, **fields})


def award(teacher: Actor, **fields: Any) -> RegisterEntry:
    """An award of the yearly policy (ZZ-T14)."""
    return _entry(teacher, {"type": "policy_award", "amount": "10", **fields})


def safety(teacher: Actor, **fields: Any) -> RegisterEntry:
    """Ten hours of safety training: recorded, no separate credit (ZZ-A11)."""
    return school_based(teacher, **{"type": "safety", "unit": "hour", "amount": "10", **fields})


def _entry(teacher: Actor, fields: dict[str, Any]) -> RegisterEntry:
    usual = {
        "person_id": teacher.person_id,
        "unit": "credit",
        "earned_on": TODAY,
        "evidence": "校内签到册第 3 页",
    }
    return RegisterEntry(**{**usual, **fields})
