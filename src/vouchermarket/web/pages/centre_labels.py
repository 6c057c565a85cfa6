"""What the codes at the centre's and the registrars' desks are called on pages."""

from collections.abc import Mapping

from vouchermarket.web.words import N_

CENTRE_LABELS: Mapping[str, Mapping[str, str]] = {
    "school_share": {"met": N_("未到处置比例"), "missed": N_("已到处置比例")},
    "accreditation": {"waiting": N_("待认定"), "approved": N_("已认定"), "rejected": N_("不予认定")},
    "confirmed": {"teacher": N_("教师已确认"), "silence": N_("期限内无异议")},
    "decision": {
        "approve": N_("复核通过"),
        "return": N_("退回补正"),
        "reject": N_("不予认定"),
        "reverse": N_("撤销"),
    },
}
