"""Rosters over HTTP: told by what is in the file, refused as a whole, exported for the next import."""

import asyncio
import io
import zipfile

import openpyxl
import pytest

from catalogue.rows import accredit
from identity.rosters import BODIES_HEADING, a_body, a_teacher, bodies_file, people_file
from vouchermarket.identity.queries import imports as exports
from vouchermarket.jobs.imports import KINDS
from vouchermarket.jobs.tasks import Hands
from vouchermarket.kit import tabular
from vouchermarket.kit.ids import new_id
from vouchermarket.tasks import operations as tasks


@pytest.fixture
async def keeper(visit, city):
    return await visit.program(city.officer("administrator"))


@pytest.fixture
async def school(database, city):
    async with database.transaction(city.bureau_id) as session:
        bodies = await exports.standing_bodies(session, city.bureau_id)
    return next(code for code, body in bodies.items() if body.id == city.bodies["school_a"])


async def send(client, path, content, name="名册.csv"):
    return await client.post(f"/imports/{path}", files={"file": (name, content)})


async def test_a_roster_is_looked_at_then_imported_and_again_changes_nothing(keeper, school):
    content = people_file([a_teacher(n, school) for n in range(3)])
    answers = [await send(keeper, f"people/{verb}", content) for verb in ("preview", "apply", "apply")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    counts = [[answer.json()[name] for name in ("added", "changed", "unchanged")] for answer in answers]
    assert counts == [[3, 0, 0], [3, 0, 0], [0, 0, 3]]
    assert answers[0].json()["changes"][0] == {
        "row": 2,
        "code": "new00000",
        "is_new": True,
        "fields": ["name", "sex", "born_on", "joined_on", "registered", "subject", "organisation", "tiers"],
    }


async def test_a_faulty_file_is_refused_with_every_place(keeper, school):
    content = people_file([a_teacher(n, school, sex="x") for n in range(300)])
    refused = (await send(keeper, "people/apply", content)).json()
    assert (refused["status"], refused["code"], refused["count"]) == (422, "import_faulty", 300)
    assert len(refused["faults"]) == 200
    assert refused["faults"][0] == {
        "row": 2,
        "column": "sex",
        "kind": "choice_unknown",
        "found": "x",
        "expected_zh": "女 | 男",
        "expected_en": "female | male",
    }
    assert (await send(keeper, "people/preview", content)).json()["faulty"] == 300


async def test_what_a_file_is_stands_in_it_and_not_in_its_name(keeper):
    content = tabular.write_xlsx([BODIES_HEADING, list(a_body("n1", "county_bureau").values())], name="x")
    told = (await send(keeper, "organisations/apply", content, "../../etc/passwd.csv")).json()
    assert (told["encoding"], told["added"]) == ("xlsx", 1)
    told = await send(keeper, "organisations/apply", bodies_file([a_body("n2", "county_bureau")]), "x.xlsx")
    assert (told.json()["encoding"], told.json()["added"]) == ("utf-8", 1)


@pytest.mark.parametrize("table", ["people", "organisations"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_is_what_the_import_reads_back(keeper, table, form):
    if table == "people":
        out = await keeper.post("/exports/people", json={"reason": "年度核对", "format": form})
    else:
        out = await keeper.get(f"/exports/{table}", params={"format": form})
    assert out.status_code == 200
    assert f'filename="{table}.{form}"' in out.headers["content-disposition"]
    told = (await send(keeper, f"{table}/apply", out.content)).json()
    assert (told["added"], told["changed"], told["faulty"]) == (0, 0, 0)
    assert told["unchanged"] > 10


def a_bomb():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    return written.getvalue()


def a_formula():
    book = openpyxl.Workbook()
    book.active.append(BODIES_HEADING)
    book.active.append(["n1", "county_bureau", '=HYPERLINK("http://evil.test")'])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (a_bomb, 422, "table_too_large"),
        (a_formula, 422, "import_faulty"),
        (lambda: b"\xff\xfe\x81\x00", 422, "encoding_unknown"),
        (lambda: b"PK\x03\x04rubbish", 422, "table_not_readable"),
        (lambda: b"x" * 20_000_000, 413, "body_too_large"),
    ],
)
async def test_a_hostile_upload_is_refused(keeper, make, status, code):
    """Trust 43: by size, count and content, and before it is opened."""
    refused = await send(keeper, "organisations/apply", make())
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_stored_file_is_imported_by_a_worker_and_its_list_fetched(keeper, school, desks, clock):
    """Kept, asked for, watched and read: the way of a hundred thousand rows."""
    rows = [a_teacher(n, school) for n in range(3)]
    content = people_file([*rows, a_teacher(3, school, sex="x")])
    file = {"file": ("名册.csv", content)}
    file_id = (await keeper.post("/files", params={"kind": "import"}, files=file)).json()["id"]
    asked = {"file_id": file_id, "on_fault": "others"}
    answer = await keeper.post("/imports/people/tasks", json=asked)
    assert answer.status_code == 201
    async with desks.database.transaction(desks.city.bureau_id) as session:
        claimed = await tasks.claim(session, desks.city.bureau_id, now=clock())
    await Hands(desks.database, clock, KINDS).carry_out(claimed, asyncio.Event())
    task = (await keeper.get(f"/tasks/{answer.json()['id']}")).json()
    counts = {"added": 3, "changed": 0, "unchanged": 0, "faulty": 1}
    assert task["result"] == {"applied": True, "encoding": "utf-8", **counts}
    assert (task["state"], task["done"], task["total"]) == ("done", 4, 4)
    told = (await keeper.get(f"/files/{task['file_id']}")).content.decode("utf-8-sig").splitlines()
    assert told == ["行,列,错误,现为,应为,expected", "5,sex,choice_unknown,x,女 | 男,female | male"]


async def test_a_provider_sends_its_own_sheet_of_courses(visit, city, database, policy):
    provider, rival = [await visit.program(city.officer(body)) for body in ("provider", "rival")]
    async with database.transaction(city.bureau_id) as session:
        await accredit(session, city)
        bodies = await exports.standing_bodies(session, city.bureau_id)
    centre = next(code for code, body in bodies.items() if body.id == city.bodies["training_centre"])
    heading = ["课程名称", "主办单位编号", "培训类别", "层次", "方式", "价格(元)", "数量", "单位", "经费额度"]
    row = ["阅读课", centre, "in_post", "市级", "集中", "180", "18", "学分", "all_staff"]
    content = "\n".join(map(",".join, (heading, row))).encode("gb18030")
    for verb, added in (("preview", 1), ("apply", 1), ("apply", 0)):
        told = (await send(provider, f"courses/{verb}", content)).json()
        assert (told["added"], told["encoding"], told["faulty"]) == (added, "gb18030", 0)
    refused = await send(rival, "courses/apply", content)
    assert (refused.status_code, refused.json()["code"]) == (403, "provider_not_accredited")
    own, others = [await one.get("/exports/courses", params={"format": "csv"}) for one in (provider, rival)]
    assert [len(one.content.decode("utf-8-sig").splitlines()) for one in (own, others)] == [2, 1]
    told = (await send(provider, "courses/apply", own.content)).json()
    assert (told["added"], told["unchanged"]) == (0, 1)


async def test_the_sheet_of_a_run_is_fetched_filled_in_and_sent(desks, learning):
    """By the run's own provider: attendance and reports, and again nothing."""
    await learning.enrol(2)
    provider, rival, place = (
        await desks.at("provider"),
        await desks.at("rival"),
        f"/runs/{learning.run_id}/sheet",
    )
    asked = {"reason": "开班点名"}
    sheet = (await provider.post(f"{place}/export", json=asked)).content.decode("utf-8-sig")
    heading, *lines = sheet.splitlines()
    assert (heading, len(lines)) == ("工号,姓名,到课次序,证明材料", 2)
    filled = "\n".join([heading, *(line.removesuffix(",,") + ",1|2|3,签到表" for line in lines)]).encode()
    for verb, changed in (("preview", 2), ("apply", 2), ("apply", 0)):
        answer = await provider.post(f"{place}/{verb}", files={"file": ("班次.csv", filled)})
        assert (answer.json()["changed"], answer.json()["faulty"]) == (changed, 0)
    found = (await provider.get(f"/runs/{learning.run_id}/completions")).json()
    assert [one["completion"]["attended"] for one in found] == [3, 3]
    for answer in (
        await rival.post(f"{place}/export", json=asked),
        await rival.post(f"{place}/apply", files={"file": ("班次.csv", filled)}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    faulty = filled.replace(b"1|2|3", b"1|9")
    refused = await provider.post(f"{place}/apply", files={"file": ("班次.csv", faulty)})
    assert (refused.json()["code"], refused.json()["count"]) == ("import_faulty", 2)


async def test_nobody_imports_the_file_of_another(keeper, visit, city, school):
    other = await visit.program(city.teacher())
    file = {"file": ("名册.csv", people_file([a_teacher(1, school)]))}
    file_id = (await other.post("/files", params={"kind": "import"}, files=file)).json()["id"]
    for unknown in (file_id, str(new_id())):
        answer = await keeper.post("/imports/people/tasks", json={"file_id": unknown})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_all_the_other_rows_are_imported_where_that_was_chosen(keeper, school):
    file = {"file": ("名册.csv", people_file([a_teacher(1, school), a_teacher(2, school, sex="x")]))}
    answer = await keeper.post("/imports/people/apply", params={"on_fault": "others"}, files=file)
    assert (answer.json()["added"], answer.json()["faulty"]) == (1, 1)
