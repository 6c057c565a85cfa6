"""The verbs of vouchers: appropriate, issue, freeze, expire, lapse."""

from vouchermarket.vouchers.operations.funds import appropriate, lapse
from vouchermarket.vouchers.operations.issuances import decide_issuance, issue, propose_issuance
from vouchermarket.vouchers.operations.tell import remind_of_expiry, tell_issued
from vouchermarket.vouchers.operations.vouchers import expire, freeze, freeze_of_the_gone, unfreeze

__all__ = [
    "appropriate",
    "decide_issuance",
    "expire",
    "freeze",
    "freeze_of_the_gone",
    "issue",
    "lapse",
    "propose_issuance",
    "remind_of_expiry",
    "tell_issued",
    "unfreeze",
]
