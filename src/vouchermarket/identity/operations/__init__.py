"""The verbs of identity: open a bureau, keep its roster, let people in and out."""

from vouchermarket.identity.operations.bureaus import first_administrator, open_bureau
from vouchermarket.identity.operations.changes import leave, move, record_death, take_back_departure
from vouchermarket.identity.operations.codes import hand_out_code, use_code
from vouchermarket.identity.operations.exemptions import end_exemption, exempt
from vouchermarket.identity.operations.logins import (
    change_password,
    end_logins,
    end_other_logins,
    end_token,
    enter,
    log_in,
    log_out,
    make_token,
    see_login,
    set_password,
)
from vouchermarket.identity.operations.outside import enter_from_outside
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
from vouchermarket.identity.operations.second_factor import (
    confirm_second_factor,
    drop_second_factor,
    enrol_second_factor,
)
from vouchermarket.identity.operations.standing_in import of_other_hands, substitute
from vouchermarket.kit.cipher import secret_hash

__all__ = [
    "add_organisation",
    "add_organisations",
    "add_people",
    "add_person",
    "appoint",
    "appoint_all",
    "change_password",
    "confirm_second_factor",
    "drop_second_factor",
    "end_appointment",
    "end_exemption",
    "end_logins",
    "end_other_logins",
    "end_token",
    "enrol_second_factor",
    "enter",
    "enter_from_outside",
    "exempt",
    "first_administrator",
    "give_post",
    "give_posts",
    "give_tier",
    "give_tiers",
    "hand_out_code",
    "leave",
    "lock_people",
    "log_in",
    "log_out",
    "make_token",
    "move",
    "of_other_hands",
    "open_bureau",
    "record_death",
    "secret_hash",
    "see_login",
    "set_password",
    "substitute",
    "take_back_departure",
    "use_code",
]
