"""A roster's file against what stands: what it would add and change, and what makes no sense."""

from vouchermarket.identity.rules.imports.comparing import (
    FAULTS_SHOWN,
    Change,
    Compared,
    ImportFaulty,
    ImportInFlight,
    Preview,
    StandingBody,
    StandingPerson,
    StandingSeat,
    preview,
    told_fields,
)
from vouchermarket.identity.rules.imports.organisations import organisations
from vouchermarket.identity.rules.imports.people import PERSON_FIELDS, WORDS, people

__all__ = [
    "FAULTS_SHOWN",
    "PERSON_FIELDS",
    "WORDS",
    "Change",
    "Compared",
    "ImportFaulty",
    "ImportInFlight",
    "Preview",
    "StandingBody",
    "StandingPerson",
    "StandingSeat",
    "organisations",
    "people",
    "preview",
    "told_fields",
]
