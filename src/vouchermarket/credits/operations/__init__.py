"""The verbs of the register: register, correct, decide, reverse."""

from vouchermarket.credits.operations.decide import decide, decide_all, reverse
from vouchermarket.credits.operations.register import correct, register, register_by_hand, register_list

__all__ = [
    "correct",
    "decide",
    "decide_all",
    "register",
    "register_by_hand",
    "register_list",
    "reverse",
]
