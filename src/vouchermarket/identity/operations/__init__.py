"""The verbs of identity: open a bureau, keep its roster, let people in and out."""

from vouchermarket.identity.operations.bureaus import first_administrator, open_bureau
from vouchermarket.identity.operations.logins import (
    change_password,
    end_logins,
    end_token,
    log_in,
    log_out,
    make_token,
    secret_hash,
    see_login,
    set_password,
)
from vouchermarket.identity.operations.posts import give_post, give_posts, give_tier, give_tiers
from vouchermarket.identity.operations.roster import (
    add_organisation,
    add_organisations,
    add_people,
    add_person,
    appoint,
    appoint_all,
    end_appointment,
    lock_people,
)

__all__ = [
    "add_organisation",
    "add_organisations",
    "add_people",
    "add_person",
    "appoint",
    "appoint_all",
    "change_password",
    "end_appointment",
    "end_logins",
    "end_token",
    "first_administrator",
    "give_post",
    "give_posts",
    "give_tier",
    "give_tiers",
    "lock_people",
    "log_in",
    "log_out",
    "make_token",
    "open_bureau",
    "secret_hash",
    "see_login",
    "set_password",
]
