"""Rosters in from files: all rows or none, every fault with its place, twice the same as once."""

import asyncio
import time
from datetime import date

import pytest
from sqlalchemy import func, select

from factories import NOW, TODAY
from identity.rosters import a_body, a_teacher, apply, bodies_file, people_file, preview, sheet_of
from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations.exports import export_people
from vouchermarket.identity.queries import imports as exports
from vouchermarket.identity.rules import sheets
from vouchermarket.identity.rules.sheets import FaultKind
from vouchermarket.kit import tabular
from vouchermarket.kit.events import event
from vouchermarket.kit.tabular import ExportPersonal


class K:
    """Every kind of fault by its name."""


for _kind in (*tabular.CellFault, *FaultKind):
    setattr(K, _kind.name, _kind)
APRIL, JUNE = date(2014, 4, 1), date(2014, 6, 1)


@pytest.fixture
def keeper(city):
    return city.officer("administrator")


@pytest.fixture
async def codes(database, city):
    """The code of each body of the city, by its name there."""
    async with database.transaction(city.bureau_id) as session:
        standing = await exports.standing_bodies(session, city.bureau_id)
    by_id = {body.id: code for code, body in standing.items()}
    return {name: by_id[id_] for name, id_ in city.bodies.items()}


@pytest.fixture
def bring(database, city, keeper):
    """Import a file, or look at what it would do."""

    async def brought(content, table="people", verb=apply, actor=keeper):
        async with database.transaction(city.bureau_id) as session:
            return await verb(session, actor, table, sheet_of(content), now=NOW)

    return brought


@pytest.fixture
def standing(database, city):
    async def found(code, on):
        async with database.transaction(city.bureau_id) as session:
            ids = await queries.person_ids_by_code(session, city.bureau_id, [code])
            return await queries.person_on(session, city.bureau_id, ids[code], on)

    return found


async def counted(database, city):
    """How many rows each table of the roster has, and how many events were told."""
    found = {}
    async with database.transaction(city.bureau_id) as session:
        for table in (
            tables.organisation,
            tables.person,
            tables.appointment,
            tables.person_post,
            tables.person_tier,
            event,
        ):
            rows = select(func.count()).select_from(table).where(table.c.bureau_id == city.bureau_id)
            found[table.name] = (await session.execute(rows)).scalar_one()
    return found


def told(result):
    return result.added, result.changed, result.unchanged, result.faulty


def spoilt(rows, standing_teacher, keeper):
    """Thirty-six faults of eleven kinds put into a file of 10,000 rows; with the places of all."""
    faults = []

    def spoil(places, field, value, kind, column=None):
        for place in places:
            rows[place][field] = value
            faults.append((place + 2, column or field, kind))

    spoil(range(10, 15), "born_on", "1980-02-30", K.DATE_NOT_READABLE)
    spoil(range(20, 24), "sex", "女性", K.CHOICE_UNKNOWN)
    spoil(range(30, 33), "name", "", K.VALUE_MISSING)
    spoil(range(40, 44), "organisation", "nowhere", K.ORGANISATION_UNKNOWN)
    spoil(range(50, 53), "role", "管理员", K.ROLE_NOT_FITTING)
    spoil(range(60, 63), "code", "张三", K.CODE_NOT_READABLE)
    spoil(range(70, 73), "code", rows[1]["code"], K.CODE_DOUBLED)
    spoil(range(80, 83), "name", "长" * 201, K.TOO_LONG)
    spoil(range(90, 92), "name", "张\x07三", K.CONTROL_CHARACTER)
    spoil(range(92, 93), "code", keeper, K.OWN_ROW)
    spoil(range(9990, 9992), "posts", "班主任|homeroom", K.CODE_NOT_READABLE)
    spoil(range(9993, 9994), "code", standing_teacher, K.PERSON_ELSEWHERE, "organisation")
    rows[9993]["from_on"] = "2008-01-01"
    spoil(range(9994, 9996), "from_on", "", K.VALUE_MISSING)
    return faults


async def test_ten_thousand_teachers_with_37_faults_are_told_of_and_left_out(
    database, city, codes, keeper, bring, standing
):
    """Trust 45: not a row of a faulty file is imported; mended it is, and again it changes nothing."""
    schools = [codes[name] for name in ("school_a", "school_b", "school_c")]
    good = [a_teacher(number, schools[number % 3]) for number in range(10_000)]
    async with database.transaction(city.bureau_id) as session:
        people = await queries.people(
            session, city.bureau_id, [city.teacher().person_id, keeper.person_id], TODAY
        )
    bad = [dict(row) for row in good]
    places = spoilt(bad, *(people[actor.person_id].code for actor in (city.teacher(), keeper)))
    bad[9993]["organisation"] = schools[1]
    heading = [*bad[0], "remark"]
    places.append((1, "remark", K.HEADING_UNKNOWN))
    assert (len(places), len({kind for *_, kind in places})) == (37, 12)
    before = await counted(database, city)
    faulty = people_file(bad, heading)
    seen = await bring(faulty, verb=preview)
    assert (seen.faulty, {(fault.row, fault.column, fault.kind) for fault in seen.faults}) == (
        37,
        set(places),
    )
    assert all(fault.expected_zh and fault.expected_en for fault in seen.faults)
    with pytest.raises(tabular.ImportFaulty) as refused:
        await bring(faulty)
    assert refused.value.facts == {"count": 37, "faults": list(seen.faults)}
    assert await counted(database, city) == before
    begun = time.monotonic()
    assert told(await bring(people_file(good))) == (10_000, 0, 0, 0)
    print(f"\n10,000 teachers in {time.monotonic() - begun:.1f} s")
    after = await counted(database, city)
    assert after["person"] - before["person"] == after["appointment"] - before["appointment"] == 10_000
    assert told(await bring(people_file(good))) == (0, 0, 10_000, 0)
    assert await counted(database, city) == after | {"event": after["event"] + 1}
    assert (await standing("new00003", TODAY)).tiers == ("backbone", "leader")


async def test_a_teacher_told_at_another_school_leaves_the_former_one(bring, codes, standing):
    first = a_teacher(1, codes["school_a"], posts="homeroom", tiers="backbone")
    moved = first | {"organisation": codes["school_b"], "from_on": "2014-06-01", "posts": "", "name": "李五"}
    await bring(people_file([first]))
    seen = await bring(people_file([moved]), verb=preview)
    assert (seen.changed, seen.changes[0].fields) == (1, ("name", "organisation", "posts"))
    assert told(await bring(people_file([moved]))) == (0, 1, 0, 0)
    may, june = await standing("new00001", date(2014, 5, 31)), await standing("new00001", JUNE)
    assert (may.school.code, may.posts) == (codes["school_a"], ("homeroom",))
    assert (june.school.code, june.posts, june.tiers) == (codes["school_b"], (), ("backbone",))
    assert june.name == "李五"
    assert told(await bring(people_file([moved]))) == (0, 0, 1, 0)


async def test_an_export_is_read_back_as_no_change(database, city, keeper, bring, codes):
    await bring(people_file([a_teacher(n, codes["school_c"]) for n in range(6)]))
    async with database.transaction(city.bureau_id) as session:
        told_rows = [
            (await exports.people_rows(session, city.bureau_id, NOW), "people"),
            (await exports.body_rows(session, keeper, "organisations", now=NOW), "organisations"),
        ]
    for rows, table in told_rows:
        for content in (tabular.write_csv(rows), tabular.write_xlsx(rows, name=table)):
            assert told(await bring(content, table)) == (0, 0, len(rows) - 1, 0)


async def test_bodies_come_in_with_their_parents_in_the_same_file(database, city, bring, codes):
    rows = [
        a_body("s1-office", "学校教研室", parent="s1"),
        a_body("s1", parent="c1", stage="小学", is_rural="是"),
        a_body("c1", "county_bureau"),
        a_body(codes["school_a"], stage="junior", is_direct="是", name="新名"),
    ]
    assert told(await bring(bodies_file(rows), "organisations")) == (3, 1, 0, 0)
    assert told(await bring(bodies_file(rows), "organisations")) == (0, 0, 4, 0)
    async with database.transaction(city.bureau_id) as session:
        bodies = await exports.standing_bodies(session, city.bureau_id)
    assert (bodies["s1-office"].values["parent"], bodies["s1"].values["is_rural"]) == ("s1", True)
    assert bodies[codes["school_a"]].values["name"] == "新名"


async def test_a_body_that_makes_no_sense_is_told_of(bring, codes):
    rows = [
        a_body("x1", stage="primary"),
        a_body("x2", stage="primary", parent="nowhere"),
        a_body("x3", "county_bureau", is_rural="true"),
        a_body(codes["provider"], "county_bureau"),
        a_body("x4", "幼儿园"),
        a_body("x5", "school_research_office", parent="x4"),
    ]
    seen = await bring(bodies_file(rows), "organisations", preview)
    assert [(fault.row, fault.column, fault.kind) for fault in seen.faults] == [
        (2, "parent", K.PARENT_NOT_FITTING),
        (3, "parent", K.ORGANISATION_UNKNOWN),
        (4, "is_rural", K.FIELD_NOT_FITTING),
        (5, "kind", K.KIND_CHANGED),
        (6, "kind", K.CHOICE_UNKNOWN),
    ]


async def test_a_closed_body_takes_nobody_and_is_not_opened_by_a_file(database, city, bring, codes):
    async with database.transaction(city.bureau_id) as session:
        table = tables.organisation
        mine = (table.c.bureau_id == city.bureau_id, table.c.code == codes["school_b"])
        await session.execute(table.update().where(*mine).values(closed_on=APRIL))
    people = await bring(people_file([a_teacher(1, codes["school_b"])]), verb=preview)
    body = a_body(codes["school_b"], stage="junior", is_direct="是")
    bodies = await bring(bodies_file([body]), "organisations", preview)
    assert [people.faults[0].kind, bodies.faults[0].kind] == [K.ORGANISATION_CLOSED] * 2


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"from_on": "2014-03-01", "role": ""}, ("role", K.VALUE_MISSING)),
        ({"from_on": "", "organisation": "", "role": "", "tiers": "leader"}, ("from_on", K.VALUE_MISSING)),
        ({"from_on": "2014-02-28"}, ("organisation", K.PERSON_ELSEWHERE)),
        ({"from_on": "2014-03-01", "posts": ""}, ("posts", K.BEGINS_TOO_EARLY)),
    ],
)
async def test_a_row_that_cannot_follow_what_stands_is_told_of(bring, codes, more, fault):
    await bring(people_file([a_teacher(1, codes["school_a"])]))
    place = {"organisation": codes["school_b"]} if "posts" not in more else {}
    row = a_teacher(1, codes["school_a"]) | place | more
    seen = await bring(people_file([row]), verb=preview)
    assert [(one.column, one.kind) for one in seen.faults] == [fault]


async def test_headings_are_told_by_their_place(bring, codes):
    heading = ["工号", "name", "name", "note", "born_on", ""]
    row = {"工号": "new1", "name": "李四", "note": "x", "born_on": "1980-01-01", "": "y"}
    seen = await bring(people_file([row], heading), verb=preview)
    assert {(fault.row, fault.column, fault.kind) for fault in seen.faults} == {
        *((1, name, K.HEADING_MISSING) for name in ("sex", "joined_on", "registered")),
        (1, "name", K.HEADING_DOUBLED),
        (1, "note", K.HEADING_UNKNOWN),
        (2, "6", K.CELL_WITHOUT_HEADING),
    }


def test_a_formula_cell_is_no_value():
    row = tabular.Row(2, ("a", "=1+1"), frozenset({1}))
    sheet = tabular.Sheet("xlsx", [tabular.Row(1, ("code", "name")), row])
    faults = tabular.read_records(sheets.ORGANISATIONS, sheet).faults
    assert [(one.row, one.column, one.kind, one.found) for one in faults if one.row == 2] == [
        (2, "name", K.FORMULA, "=1+1")
    ]


async def test_an_empty_file_lacks_its_heading(bring):
    seen = await bring(b"", verb=preview)
    assert {fault.kind for fault in seen.faults} == {K.HEADING_MISSING}


async def test_two_imports_at_once_are_one(database, city, keeper, bring, codes):
    """The second is refused while the first has not ended, and leaves nothing."""
    content = people_file([a_teacher(n, codes["school_a"]) for n in range(300)])
    results = await asyncio.gather(*(bring(content) for _ in range(4)), return_exceptions=True)
    refused = [one for one in results if isinstance(one, tabular.ImportInFlight)]
    assert len(refused) + sum(isinstance(one, tabular.Preview) for one in results) == 4
    async with database.transaction(city.bureau_id) as session:
        await apply(session, keeper, "people", sheet_of(content), now=NOW)
        with pytest.raises(tabular.ImportInFlight):
            await bring(content)
    rows = await counted(database, city)
    assert rows["person"] - 43 == 300


@pytest.mark.parametrize("verb", [preview, apply])
async def test_only_the_keeper_of_the_roster_imports(city, bring, codes, verb):
    content = people_file([a_teacher(1, codes["school_a"])])
    with pytest.raises(rules.RoleNotAllowed):
        await bring(content, verb=verb, actor=city.officer("training_centre"))


async def test_only_who_may_read_the_roster_exports_it(database, city):
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.RoleNotAllowed):
            await exports.body_rows(session, city.teacher(), "organisations", now=NOW)
        # The inspectorate reads the roster, and carries nobody's names out of the building.
        with pytest.raises(rules.RoleNotAllowed):
            await export_people(session, city.officer("inspectorate"), ExportPersonal(reason="核对"), now=NOW)
