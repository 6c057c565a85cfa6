"""What the fields of commands are called on forms, and the line of help under them."""

from collections.abc import Mapping

from vouchermarket.web.words import N_

# By name of the field; `Struct.field` stands over `field` where one word has two meanings.
NAMES: Mapping[str, str] = {
    "title": N_("名称"),
    "summary": N_("简介"),
    "type": N_("培训类型"),
    "level": N_("级别"),
    "mode": N_("研修方式"),
    "subject": N_("学科"),
    "stage": N_("学段"),
    "fund_lines": N_("可用经费"),
    "fund_line": N_("经费"),
    "line": N_("经费"),
    "price_fen": N_("单价(元)"),
    "amount_fen": N_("金额(元)"),
    "amount": N_("数量"),
    "unit": N_("单位"),
    "year": N_("年度"),
    "document": N_("依据文件"),
    "reason": N_("理由"),
    "capacity": N_("名额"),
    "place": N_("地点"),
    "books_from_at": N_("选课开始"),
    "books_until_at": N_("选课截止"),
    "starts_at": N_("开始"),
    "ends_at": N_("结束"),
    "from_on": N_("自"),
    "to_on": N_("至(不含)"),
    "organiser_id": N_("主办单位"),
    "provider_id": N_("承担单位"),
    "course_id": N_("课程"),
    "person_id": N_("教师"),
    "organisation_id": N_("单位"),
    "username": N_("用户名"),
    "password": N_("密码"),
    "present": N_("当前密码"),
    "code": N_("编号"),
    "LogIn.code": N_("动态验证码"),
    "UseCode.code": N_("一次性登录码"),
    "UseCode.password": N_("新密码"),
    "name": N_("姓名"),
    "counted_on": N_("统计日"),
    "valid_from": N_("有效期自"),
    "valid_to": N_("有效期至(不含)"),
    "evidence": N_("证明材料"),
    "approve": N_("同意"),
    "Present.booking_ids": N_("到场学员"),
    "Finished.booking_ids": N_("完成培训的学员"),
    "line_ids": N_("结算单的行"),
    "response": N_("答复"),
    "SaveSearch.name": N_("名称"),
    "overall": N_("总体"),
    "Rate.content": N_("内容"),
    "teaching": N_("教学"),
    "usefulness": N_("实用"),
    "comment": N_("评语"),
    "EnterMail.address": N_("邮箱地址"),
    "language": N_("语言"),
    "is_wanted": N_("接收邮件"),
    "ConfirmMail.code": N_("邮件中的验证码"),
    "ConfirmSecondFactor.code": N_("动态验证码"),
    "ChangePassword.password": N_("新密码"),
    "MakeToken.label": N_("用途"),
    "days": N_("有效天数"),
    "content": N_("政策全文(pack.toml)"),
    "decision": N_("意见"),
    "earned_on": N_("取得日期"),
    "term": N_("学期"),
    "evidence_complete": N_("证明材料齐备"),
    "RegisterEntry.document": N_("证书编号"),
    "CorrectEntry.document": N_("证书编号"),
}
HELP: Mapping[str, str] = {
    "LogIn.code": N_("已启用双重验证时填写;也可填写一个恢复码"),
    "to_on": N_("这一天不再计入"),
    "ConfirmSecondFactor.code": N_("身份验证器上显示的六位数字"),
    "ChangePassword.password": N_("8 至 128 个字符,可以用中文和空格;不要用常见密码"),
    "valid_to": N_("这一天起失效"),
    "term": N_("按学期计满分的类型填写,如 2014-1(春)、2014-2(秋)"),
    "FileCourse.amount": N_("完成全部课次可得,如 12 或 49.5"),
    "FileCourse.organiser_id": N_("由级别决定:国培、省培、市培为市级单位,县培为县市区单位,校培为学校"),
    "OpenRun.price_fen": N_("不填则按课程单价"),
    "OpenRun.place": N_("课次没有另填地点的,在此上课"),
    "Finished.evidence": N_("写明所保存的材料,如签到表、作业、照片"),
}
HELP_OF_KIND: Mapping[str, str] = {"lines": N_("每行一项")}


def name_of(field: str, command: type) -> str:
    """What a field is called; one that nobody named shows its own name, which a test finds."""
    return NAMES.get(f"{command.__name__}.{field}") or NAMES.get(field, field)


def help_of(field: str, command: type, kind: str) -> str:
    """The help under a field; often there is none to give."""
    return HELP.get(f"{command.__name__}.{field}") or HELP.get(field) or HELP_OF_KIND.get(kind, "")
