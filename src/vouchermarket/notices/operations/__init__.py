"""The verbs of notices: tell, mark as read, choose letters, send them out."""

from vouchermarket.notices.operations.letters import claim_letters, close_letter
from vouchermarket.notices.operations.mail import choose_mail, confirm_mail, drop_mail, enter_mail
from vouchermarket.notices.operations.tell import mark_read, tell, tell_each, tell_officers

__all__ = [
    "choose_mail",
    "claim_letters",
    "close_letter",
    "confirm_mail",
    "drop_mail",
    "enter_mail",
    "mark_read",
    "tell",
    "tell_each",
    "tell_officers",
]
