"""Files for the import of rosters: headings, rows, and sheets made of them."""

from vouchermarket.identity.operations import imports
from vouchermarket.identity.rules.sheets import ORGANISATIONS, PEOPLE
from vouchermarket.kit import tabular

PEOPLE_HEADING = [column.field for column in PEOPLE.columns]
BODIES_HEADING = [column.field for column in ORGANISATIONS.columns]


def a_teacher(number, organisation, **more):
    """A row of people.csv, by field."""
    row = {
        "code": f"new{number:05d}",
        "name": "李四",
        "sex": "男",
        "born_on": "1980-01-01",
        "joined_on": "2002/9/1",
        "registered": "是",
        "subject": "chinese",
        "organisation": organisation,
        "role": "教师",
        "posts": "homeroom" if number % 2 else "",
        "tiers": "backbone|leader" if number % 3 == 0 else "",
        "from_on": "2014-03-01",
    }
    return row | more


def a_body(code, kind="school", **more):
    """A row of organisations.csv, by field."""
    row = dict.fromkeys(BODIES_HEADING, "") | {"code": code, "kind": kind, "name": f"单位 {code}"}
    return row | more


def people_file(rows, heading=PEOPLE_HEADING):
    return written(rows, heading)


def bodies_file(rows, heading=BODIES_HEADING):
    return written(rows, heading)


def written(rows, heading):
    """CSV as a clerk saves it: nothing is marked."""
    lines = [heading, *([row.get(name, "") for name in heading] for row in rows)]
    return "\n".join(",".join(line) for line in lines).encode()


def sheet_of(content):
    return tabular.read(content)


async def preview(session, actor, table, sheet, *, now):
    """What a file would do, as a page shows it."""
    found = await imports.look(session, actor, table, sheet, now=now)
    return tabular.preview(table, sheet.encoding, found)


async def apply(session, actor, table, sheet, *, now):
    """A file imported as a whole, or refused."""
    found = await imports.bring(session, actor, table, sheet, now=now)
    tabular.refuse_faulty(found, tabular.OnFault.NONE)
    return tabular.preview(table, sheet.encoding, found)
