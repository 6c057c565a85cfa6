"""What a page says has just been done: a closed list, so that nobody's address can say anything else."""

from collections.abc import Mapping

from vouchermarket.web.words import N_

DONE: Mapping[str, str] = {
    "booked": N_("选课成功,名额和培训券已为您保留"),
    "in_cart": N_("已加入选课车"),
    "out_of_cart": N_("已从选课车移出"),
    "cancelled": N_("已退选,培训券已退回"),
    "confirmed": N_("已确认完成"),
    "rated": N_("评价已提交,谢谢您"),
    "contested": N_("异议已提交,承担单位将答复"),
    "reported": N_("已上报,等待教师确认"),
    "saved": N_("已保存"),
    "sent": N_("已提交"),
    "decided": N_("已办理"),
    "chosen": N_("密码已设置,请登录"),
    "password": N_("密码已更改,其他登录均已退出"),
    "ended": N_("其他登录均已退出"),
    "task_asked": N_("已提交后台办理;可以离开此页"),
    "file_kept": N_("文件已收到,请核对;尚未写入任何内容"),
    "imported": N_("已导入"),
    "cancel_asked": N_("已请求取消"),
    "read": N_("已标为已读"),
    "verified": N_("已审核,学分已登记;未能办理的仍在列表中"),
}
