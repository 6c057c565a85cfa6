"""What codes are called on pages, and which colour a state has. Marked here, said in the reader's language.

A code that stands in no list (a subject some bureau made up) is shown as it is.
"""

from collections.abc import Mapping

from vouchermarket.web.pages.centre_labels import CENTRE_LABELS
from vouchermarket.web.pages.money_labels import MONEY_LABELS
from vouchermarket.web.pages.provider_labels import PROVIDER_LABELS
from vouchermarket.web.pages.roster_labels import ROSTER_LABELS
from vouchermarket.web.words import N_, Words

# Groups of codes; a group is named by what the code is of.
LABELS: Mapping[str, Mapping[str, str]] = {
    **CENTRE_LABELS,
    **MONEY_LABELS,
    **ROSTER_LABELS,
    **PROVIDER_LABELS,
    "mode": {
        "face_to_face": N_("面授"),
        "online": N_("网络研修"),
        "base": N_("基地研修"),
        "study": N_("自主研修"),
        "school_based": N_("校本研修"),
        "blended": N_("混合研修"),
        "offline": N_("线下研修"),
    },
    "level": {
        "national": N_("国培"),
        "provincial": N_("省培"),
        "city": N_("市培"),
        "county": N_("县培"),
        "school": N_("校培"),
    },
    "stage": {
        "kindergarten": N_("幼儿园"),
        "primary": N_("小学"),
        "junior": N_("初中"),
        "senior": N_("高中"),
        "vocational": N_("中职"),
        "special": N_("特殊教育"),
    },
    "subject": {
        "chinese": N_("语文"),
        "mathematics": N_("数学"),
        "english": N_("英语"),
        "physics": N_("物理"),
        "chemistry": N_("化学"),
        "biology": N_("生物"),
        "history": N_("历史"),
        "geography": N_("地理"),
        "politics": N_("思想政治"),
        "music": N_("音乐"),
        "art": N_("美术"),
        "sports": N_("体育"),
        "science": N_("科学"),
        "information": N_("信息技术"),
        "mental_health": N_("心理健康"),
    },
    "type": {
        "school_based": N_("校本培训"),
        "in_post": N_("教师岗位培训"),
        "backbone": N_("骨干教师培训"),
        "master_teacher": N_("名教师培训"),
        "weak_subject": N_("薄弱学科教师培训"),
        "out_of_field": N_("教非所学教师培训"),
        "induction": N_("新任教师适应性培训"),
        "ed_tech": N_("教育技术能力培训"),
        "mental_health_general": N_("心理健康教育(通识)"),
        "mental_health_specialist": N_("心理健康教育(专业)"),
        "safety": N_("安全教育"),
        "homeroom": N_("班主任培训"),
        "principal_qualification": N_("校长(园长)任职资格培训"),
        "principal_serving": N_("在任校长(园长)培训"),
        "degree": N_("学历提高培训"),
        "policy_award": N_("政策性补助与奖励"),
        "network_study": N_("网络研修"),
        "workshop": N_("工作坊研修"),
        "growth_plan": N_("成长规划"),
        "publication": N_("论文发表"),
        "research_project": N_("课题研究"),
        "outreach": N_("送教下乡"),
    },
    "fund_line": {
        "all_staff": N_("全员培训经费"),
        "backbone": N_("骨干培训经费"),
        "base_studio": N_("基地和四名工作室集中培训经费"),
        "space": N_("“机构空间”学习培训经费"),
    },
    "unit": {"credit": N_("学分"), "hour": N_("学时"), "activity": N_("次")},
    "desk": {
        "teacher": N_("教师"),
        "school": N_("学校"),
        "school_research_office": N_("校本研训办公室"),
        "county_bureau": N_("县市区教育局"),
        "county_training_body": N_("县市区教师培训机构"),
        "training_centre": N_("市教师培训中心"),
        "teacher_office": N_("教师工作科"),
        "research_institute": N_("教育科学研究院"),
        "provider": N_("培训项目承担单位"),
        "finance_office": N_("财务"),
        "inspectorate": N_("督导"),
        "bureau": N_("教育局"),
        "administrator": N_("系统管理员"),
    },
    "course": {
        "filed": N_("待评审"),
        "returned": N_("已退回"),
        "reviewed": N_("已通过,待上架"),
        "published": N_("已上架"),
        "withdrawn": N_("已下架"),
    },
    "booking": {"live": N_("已选"), "cancelled": N_("已退选")},
    "completion": {
        "reported": N_("待教师确认"),
        "contested": N_("教师有异议"),
        "confirmed": N_("待审核"),
        "verified": N_("已审核"),
        "revoked": N_("已撤销"),
    },
    "entry": {
        "registered": N_("已登记,待审核"),
        "approved": N_("已审核"),
        "returned": N_("已退回补正"),
        "rejected": N_("未通过"),
        "reversed": N_("已撤销"),
    },
    "task": {
        "waiting": N_("排队中"),
        "running": N_("办理中"),
        "done": N_("已完成"),
        "failed": N_("未能完成"),
        "cancelled": N_("已取消"),
    },
    "task_kind": {
        "import_organisations": N_("导入单位"),
        "import_people": N_("导入人员"),
        "import_courses": N_("导入课程"),
        "import_runs": N_("导入班次"),
        "export_transfers": N_("导出资金流水"),
    },
    "task_fault": {
        "something_broke": N_("系统出错,已记录;请稍后再试,仍不行请联系系统管理员"),
        "given_up": N_("多次中断,已停止;请重新提交"),
        "not_found": N_("文件已不存在,请重新上传"),
        "role_not_allowed": N_("您已不在可以办理此事的岗位"),
        "import_in_flight": N_("本局正在导入另一份名册,请待其完成后再试"),
        "table_too_large": N_("文件超出上限,请分成几个文件"),
        "encoding_unknown": N_("文件不是 Excel 或 CSV,请另存为 xlsx 再试"),
        "table_not_readable": N_("文件无法读取,请另存为新的 xlsx 再试"),
    },
    "task_result": {
        "applied": N_("已写入"),
        "encoding": N_("读作"),
        "added": N_("新增行"),
        "changed": N_("更改行"),
        "unchanged": N_("无变化行"),
        "faulty": N_("错误"),
        "rows": N_("行数"),
        "amount_fen": N_("合计金额"),
    },
    "when": {
        "bookable": N_("正在选课"),
        "coming": N_("即将开放"),
        "past": N_("已截止"),
        "any": N_("全部"),
    },
    "movement": {
        "issue": N_("核发"),
        "hold": N_("选课占用"),
        "capture": N_("审核通过,结算"),
        "release": N_("占用解除,退回券内"),
        "use": N_("空间资源使用"),
        "expire": N_("到期退回经费"),
        "reverse": N_("撤销结算,退回券内"),
        "claw_back": N_("追回"),
        "adjust": N_("更正"),
    },
    "voucher": {
        "usable": N_("可使用"),
        "coming": N_("尚未生效"),
        "frozen": N_("已冻结"),
        "past": N_("已过期"),
    },
    "progress": {
        "met": N_("已达到"),
        "open": N_("进行中"),
        "missed": N_("未达到"),
        "exempted": N_("已免除"),
    },
    "why": {
        "not_approved": N_("尚未审核通过"),
        "after_as_of": N_("日期在今天之后"),
        "not_registered": N_("当时尚未注册"),
        "outside_cycle": N_("不在本周期内"),
        "evidence_incomplete": N_("资料不齐全"),
        "no_separate_credit": N_("此类培训不单独计学分"),
        "once": N_("只计一次"),
        "cap_per_component": N_("超过单项上限"),
        "cap_per_term": N_("超过每学期上限"),
        "cap_per_year": N_("超过每年上限"),
        "cap_per_cycle": N_("超过每周期上限"),
    },
    "sex": {"female": N_("女"), "male": N_("男")},
    "yes_no": {"True": N_("是"), "False": N_("否"), "yes": N_("是"), "no": N_("否")},
}

# Colour says one thing everywhere: green done, amber waiting, red refused, grey past. A word stands by it.
TONES: Mapping[str, frozenset[str]] = {
    "green": frozenset(
        {"published", "verified", "approved", "live", "settled", "paid", "met", "usable", "done"}
    ),
    "amber": frozenset(
        {
            "filed",
            "reviewed",
            "reported",
            "confirmed",
            "registered",
            "waiting",
            "running",
            "to_pay",
            "to_verify",
            "unanswered",
            "sending",
            "unknown",
            "open",
        }
    ),
    "red": frozenset({"returned", "contested", "rejected", "failed", "frozen", "missed", "disputed"}),
}


def label_of(code: object, group: str, say: Words) -> str:
    """What a code is called; a code that nobody listed is its own name."""
    told = str(getattr(code, "value", code))
    found = LABELS[group].get(told)
    return say(found) if found else told


def tone_of(state: object) -> str:
    """The colour of a state: `green`, `amber`, `red`, or `grey` for what is over."""
    told = str(getattr(state, "value", state))
    return next((tone for tone, states in TONES.items() if told in states), "grey")


def options(group: str, say: Words) -> list[tuple[str, str]]:
    """Every code of a group with its name, for a field to choose from."""
    return [(code, say(name)) for code, name in LABELS[group].items()]
