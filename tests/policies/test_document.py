# ruff: noqa: E501 - rows of the printed table are not broken
"""Pack, rules.csv, code and the printed table say the same; so does docs/policies.md."""

import ast
import csv
import re
from pathlib import Path

import msgspec

from policies.cases import SEED, TEXT, ZHUZHOU
from vouchermarket.policies import packs, rules
from vouchermarket.policies.packs import checks, shown
from vouchermarket.policies.structs import Row

ROOT = Path(__file__).parents[2]
RULES = ROOT / "src" / "vouchermarket" / "policies" / "rules"

TABLE_1 = """\
类别	项目	培训对象及计分说明	培训层次与组织机构	培训形式	学分登记、审核机构
学科专任教师培训	校本培训	全体教师必修,每期满分为12学分。	校级培训,学校组织实施。	研训一体	学校教研室,县级培训机构
学科专任教师培训	教师岗位培训	全体教师,分项目计分。	县区级以上培训,教师培训机构或培训基地组织实施。	集中培训、远程培训或基地研修。	县级培训机构、市教师培训中心
学科专任教师培训	骨干教师培训	骨干教师,分项目计分。	县区级以上培训,教师培训机构或培训基地组织实施。	集中培训、远程培训或基地研修。	县级培训机构、市教师培训中心
学科专任教师培训	名教师培训	名师培养对象,分项目计分。	市级以上培训,名师工作室组织实施。	基地研修	市教师培训中心
学科专任教师培训	薄弱学科教师培训	薄弱学科教师,分项目计分。	县区级以上培训,教师培训机构或培训基地组织实施。	集中培训、远程培训或基地研修。	县级培训机构、市教师培训中心
学科专任教师培训	专业不对口教师培训	教非所学的教师,分项目计分。	市级以上培训,教师培训机构或培训基地组织实施。	集中培训、远程培训或基地研修。	市教师培训中心
学科专任教师培训	新任教师适应性培训	新任教师。	县区级以上培训,教师培训机构或培训基地组织实施。	集中培训、远程培训或基地研修。	县级培训机构、市教师培训中心
教师专项能力培训	教育技术能力培训	全体教师必修,记80学分。	县区级以上培训,教师培训机构或培训基地组织实施。	混合式培训(集中50、远程15、研修15)	市教师培训中心
教师专项能力培训	心理健康教育	普通教师-通识培训,不单独计分;专业教师-专业培训,分项目计分。	通识培训-校级,专业培训-县区级以上。	集中培训、远程培训或基地研修。	县级培训机构、市教师培训中心
教师专项能力培训	安全教育	全体教师,不单独计分。	校级培训,学校组织实施。	研训一体	学校教研室
教育管理岗位培训	班主任培训	班主任教师必修,30学时。	县区级以上培训,教师培训机构或培训基地组织实施。	集中培训、远程培训或基地研修。	县级培训机构、市教师培训中心
教育管理岗位培训	校长(园长)培训	新任校长或拟任校长必须参加300学时资格培训,在任校长每5年必须修360学分。	县区级以上培训,教师培训机构或培训基地组织实施。	集中培训、远程培训或基地研修。	县级培训机构、市教师培训中心
	学历提高培训	中青年教师,凭毕业证登记100学分。	高等学校	自考、函授、脱产进修、远程	县级培训机构、市教师培训中心
	政策性补助与奖励		每年申报、审核一次。		县级培训机构、市教师培训中心"""


def listed() -> list[dict[str, str]]:
    with (SEED / "rules.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_table_1_is_rendered_back_cell_by_cell() -> None:
    assert shown.credit_table(ZHUZHOU) == [line.split("\t") for line in TABLE_1.split("\n")]


def test_the_numbers_of_the_table_are_those_that_judge() -> None:
    stricter = packs.decode(TEXT.replace('at_most = "12"', 'at_most = "10"'))
    assert shown.credit_table(stricter)[1][2] == "全体教师必修,每期满分为10学分。"


def test_every_type_of_the_pack_stands_in_one_row_of_the_table_it_cites() -> None:
    placed = [(code, row.clause) for row in ZHUZHOU.credit_rows for code in row.types]
    assert placed == [(row.code, row.clause) for row in ZHUZHOU.types]


def test_the_rules_of_the_pack_are_the_rules_of_the_list() -> None:
    rules_ = [row["rule"] for row in listed()]
    assert len(rules_) == len(set(rules_))
    assert set(rules_) == checks.rules_of(ZHUZHOU)


def test_the_pack_carries_every_numbered_rule_of_the_document_and_every_row_of_its_table() -> None:
    hard = {f"ZZ-A{number:02}" for number in range(1, 33)} | {f"ZZ-T{number:02}" for number in range(1, 15)}
    assert hard <= checks.rules_of(ZHUZHOU)


def test_each_rule_is_listed_with_a_short_quote_its_meaning_and_its_parameter() -> None:
    for row in listed():
        assert 0 < len(row["quote"]) <= 60
        assert row["meaning"]
        assert row["parameter"]


def test_every_row_says_what_it_rests_on() -> None:
    for path, row in checks.rows(ZHUZHOU):
        assert row.cite.quote or (row.cite.left_open and row.cite.chosen_by), path


def test_no_number_of_a_bureau_stands_in_the_code() -> None:
    found = [
        f"{path.name}:{node.lineno}: {node.value}"
        for path in sorted(RULES.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | complex)
        and not isinstance(node.value, bool)
        and node.value not in (0, 1)
    ]
    assert found == []


def tables() -> dict[str, set[str]]:
    """The fields a pack may have, by table, and those of the structs below them."""
    found: dict[str, set[str]] = {}
    for field in msgspec.structs.fields(rules.Pack):
        for struct in structs_in(field.type):
            found[field.encode_name] = {one.encode_name for one in msgspec.structs.fields(struct)}
    return found


def structs_in(wanted: object) -> list[type[msgspec.Struct]]:
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return [wanted]
    return [struct for one in getattr(wanted, "__args__", ()) for struct in structs_in(one)]


def test_the_document_explains_every_table_and_every_field() -> None:
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    common = {field.encode_name for field in msgspec.structs.fields(Row)}
    sections = dict(re.findall(r"^### `([a-z_]+)`[^\n]*\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    explained = {
        name: set(re.findall(r"^\| `([a-z_0-9]+)` \|", body, re.MULTILINE)) for name, body in sections.items()
    }
    assert explained.pop("row") == common
    assert {name: fields - common for name, fields in tables().items()} == {
        name: fields - common for name, fields in explained.items()
    }
