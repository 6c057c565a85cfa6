"""A letter and what may stand in it: nothing slipped into a header, no long number of anybody."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

import msgspec

# ASCII throughout: what stands in the envelope goes to the server as it is.
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}", re.ASCII)
# Telephone, identity and bank numbers are the runs of digits as long as these.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{7,26}([0-9]{3}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)


class Letter(msgspec.Struct, frozen=True):
    """One letter to one person. `at` is when it was called for, not when it is sent."""

    number: UUID
    address: str
    subject: str
    text: str
    at: datetime


def is_address(written: str) -> bool:
    """Whether this can be a mail address: ASCII, one `@`, a domain with a dot."""
    return len(written) <= 200 and _ADDRESS.fullmatch(written) is not None


def one_line(text: str) -> str:
    """The text without line ends and other control characters: fit for a header, whoever wrote it."""
    shown = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join(shown.split())


def without_numbers(text: str) -> str:
    """The text with the long numbers of people masked: of each only the last four characters stay."""
    return _NUMBER.sub(r"****\1", text)
