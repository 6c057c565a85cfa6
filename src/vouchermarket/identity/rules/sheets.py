"""What the roster's files look like, and what can be wrong with their matter."""

import enum

from vouchermarket.identity.structs import OrganisationKind, ProviderKind, Role, SchoolStage
from vouchermarket.kit.tabular import YES_NO, Cell, Column, Table

_KINDS = (
    *("教育局", "县市区教育局", "教师科", "教师培训中心", "教科院", "学校", "学校教研室"),
    *("县级培训机构", "培训项目承担单位", "财务", "教育督导"),
)
_STAGES = ("幼儿园", "小学", "初中", "高中", "职业学校", "特殊教育")
_PROVIDERS = ("高等学校", "培训机构", "培训基地", "工作室", "学校", "企业")


def _words(kind: type[enum.StrEnum], *written: str) -> dict[str, str]:
    return dict(zip((one.value for one in kind), written, strict=True))


ORGANISATIONS = Table(
    "organisations",
    (
        Column("code", "单位编号", Cell.CODE, is_required=True),
        Column("kind", "单位类别", Cell.CHOICE, is_required=True, choices=_words(OrganisationKind, *_KINDS)),
        Column("name", "单位名称", is_required=True),
        Column("parent", "上级单位编号", Cell.CODE),
        Column("is_direct", "市直属", Cell.CHOICE, choices=YES_NO),
        Column("is_rural", "农村学校", Cell.CHOICE, choices=YES_NO),
        Column("stage", "学段", Cell.CHOICE, choices=_words(SchoolStage, *_STAGES)),
        Column("provider_kind", "承担单位类别", Cell.CHOICE, choices=_words(ProviderKind, *_PROVIDERS)),
    ),
)
PEOPLE = Table(
    "people",
    (
        Column("code", "工号", Cell.CODE, is_required=True),
        Column("name", "姓名", is_required=True),
        Column("sex", "性别", Cell.CHOICE, is_required=True, choices={"female": "女", "male": "男"}),
        Column("born_on", "出生日期", Cell.DATE, is_required=True),
        Column("joined_on", "入职日期", Cell.DATE, is_required=True),
        Column("registered", "在编在册", Cell.CHOICE, is_required=True, choices=YES_NO),
        Column("subject", "学科", Cell.CODE),
        Column("organisation", "所在单位编号", Cell.CODE),
        Column("role", "角色", Cell.CHOICE, choices=_words(Role, "教师", "经办人", "管理员")),
        Column("posts", "职务", Cell.CODES),
        Column("tiers", "层次", Cell.CODES),
        Column("from_on", "起始日期", Cell.DATE),
    ),
)
TABLES = {table.name: table for table in (ORGANISATIONS, PEOPLE)}


class FaultKind(enum.StrEnum):
    """What can be wrong with a row that could be read."""

    VALUE_MISSING = "value_missing"
    ORGANISATION_UNKNOWN = "organisation_unknown"
    ORGANISATION_CLOSED = "organisation_closed"
    KIND_CHANGED = "kind_changed"
    PARENT_NOT_FITTING = "parent_not_fitting"
    FIELD_NOT_FITTING = "field_not_fitting"
    ROLE_NOT_FITTING = "role_not_fitting"
    PERSON_ELSEWHERE = "person_elsewhere"
    BEGINS_TOO_EARLY = "begins_too_early"
    OWN_ROW = "own_row"
