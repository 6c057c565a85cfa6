"""What the codes at a provider's desk are called on pages."""

from collections.abc import Mapping

from vouchermarket.web.words import N_

PROVIDER_LABELS: Mapping[str, Mapping[str, str]] = {
    "filing": {"waiting": N_("待培训中心核准"), "approved": N_("已核准"), "rejected": N_("未核准")},
    # How far a line of a statement has come, and with whom it is.
    "line_stage": {
        "unanswered": N_("待您答复"),
        "disputed": N_("有异议,待培训中心处理"),
        "dropped": N_("已移出,可列入下一张结算单"),
        "to_verify": N_("待两方核定"),
        "to_pay": N_("已核定,待财务付款"),
        "sending": N_("财务付款中"),
        "paid": N_("已付"),
    },
}
