"""The verbs of completion: attendance, report, the teacher's word, the registrar's, revocation.

Lock order: booking, completion, ledger account, each by id.
"""

from vouchermarket.completion.operations.answer import confirm, confirm_by_silence, contest
from vouchermarket.completion.operations.attend import take_attendance
from vouchermarket.completion.operations.rate import rate
from vouchermarket.completion.operations.report import report, report_again
from vouchermarket.completion.operations.revoke import mark_revoked
from vouchermarket.completion.operations.verify import preview_verify, verify

__all__ = [
    "confirm",
    "confirm_by_silence",
    "contest",
    "mark_revoked",
    "preview_verify",
    "rate",
    "report",
    "report_again",
    "take_attendance",
    "verify",
]
