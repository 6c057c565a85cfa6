"""What codes of schools, bodies and people are called."""

from collections.abc import Mapping

from vouchermarket.web.words import N_

ROSTER_LABELS: Mapping[str, Mapping[str, str]] = {
    "standing": {
        "met": N_("已达到"),
        "missed": N_("未达到"),
        "open": N_("进行中"),
        "not_asked": N_("不作要求"),
    },
    "sanction": {
        "no_honours_county_and_above": N_("当年不得评为县级以上各类先进单位(集体)"),
        "principal_not_excellent": N_("校长年度考核不能评为优秀"),
        "public_censure": N_("予以通报"),
        "next_year_allocation_cut": N_("核减下年度经费"),
    },
    "direction": {"in": N_("转入"), "out": N_("转出或占用")},
    "role": {"teacher": N_("教师"), "officer": N_("经办人"), "administrator": N_("系统管理员")},
    "provider_kind": {
        "university": N_("高等学校"),
        "training_body": N_("培训机构"),
        "base": N_("培训基地"),
        "studio": N_("名师工作室"),
        "school": N_("学校"),
        "company": N_("企业"),
    },
    "departure": {"left": N_("离岗"), "died": N_("去世")},
    "seat": {"live": N_("在任"), "coming": N_("未到任"), "past": N_("已结束")},
    "tier": {"backbone": N_("骨干教师"), "master_candidate": N_("名师培养对象")},
    "post": {"principal": N_("校长"), "homeroom": N_("班主任")},
}
