"""A roster's file against what stands: what it would add and change, and what makes no sense."""

from vouchermarket.identity.rules.imports.comparing import (
    Change,
    Compared,
    StandingBody,
    StandingPerson,
    StandingSeat,
)
from vouchermarket.identity.rules.imports.organisations import organisations, under_bodies_that_come_in
from vouchermarket.identity.rules.imports.people import PERSON_FIELDS, WORDS, people

__all__ = [
    "PERSON_FIELDS",
    "WORDS",
    "Change",
    "Compared",
    "StandingBody",
    "StandingPerson",
    "StandingSeat",
    "organisations",
    "people",
    "under_bodies_that_come_in",
]
