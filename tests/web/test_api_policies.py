"""Policies over HTTP: proposed and decided by two persons, read by everybody with their citations."""

import re
from typing import Any

import pytest

from conftest import SEEDS
from factories import City
from vouchermarket.web.api import policies
from web.market import (
    NOBODYS,
    Desks,
    assert_desks,
    assert_harmless,
    declared,
    refused,
    told,
)

PACK = (SEEDS / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
LATER = PACK.replace("effective_from = 2014-02-26", "effective_from = 2014-09-01")
BODIES: dict[str, dict[str, Any]] = {
    "/policies": {"content": "[pack]"},
    f"/policies/{NOBODYS}/decide": {"approve": True},
}


@pytest.fixture
def desks(visit, city: City, database) -> Desks:
    return Desks(visit, city, database)


async def propose(desks: Desks, content: str = PACK) -> str:
    office = await desks.at("teacher_office")
    return told(await office.post("/policies", json={"content": content}), 201)["id"]


async def decide(desks: Desks, version_id: str, *, approve: bool = True) -> None:
    second = await desks.at("teacher_office", 1)
    told(await second.post(f"/policies/{version_id}/decide", json={"approve": approve}), 204)


async def test_a_pack_binds_once_a_second_person_has_approved_it(desks: Desks) -> None:
    teacher, first = await desks.teacher(), await desks.at("teacher_office")
    refused(await teacher.get("/policies/in-force"), 409, "no_policy_in_force")
    version_id = await propose(desks)
    place = f"/policies/{version_id}/decide"
    refused(await teacher.get("/policies/in-force"), 409, "no_policy_in_force")
    refused(await first.post(place, json={"approve": True}), 403, "proposer_cannot_decide")
    await decide(desks, version_id)
    second = await desks.at("teacher_office", 1)
    refused(await second.post(place, json={"approve": False}), 409, "policy_version_decided")
    shown = told(await teacher.get("/policies/in-force"))
    assert (shown["version_id"], shown["code"], shown["document"]) == (
        version_id,
        "zhuzhou-2014",
        "株教函〔2014〕29号",
    )
    assert told(await teacher.get(f"/policies/{version_id}")) == shown


async def test_the_pack_is_read_row_by_row_with_its_citations(desks: Desks) -> None:
    await decide(desks, await propose(desks))
    shown = told(await (await desks.teacher()).get("/policies/in-force"))
    rows = {row["path"]: row for row in shown["rows"]}
    cycle = rows["cycle[0]"]
    assert (cycle["rule"], cycle["open"], cycle["fields"]["code"]) == ("ZZ-A01", None, "2009-2015")
    assert "450" in cycle["quote"]
    for row in shown["rows"]:
        # Law with its rule and words, or a choice where the document is silent: never neither.
        assert bool(row["rule"] and row["quote"]) != bool(row["open"]), row["path"]
    [head, *table] = shown["credit_table"]
    assert len(table) >= 14
    assert {len(cells) for cells in table} == {len(head)}


async def test_the_version_in_force_depends_on_the_day(desks: Desks) -> None:
    now, later = await propose(desks), await propose(desks, LATER)
    await decide(desks, now)
    await decide(desks, later)
    teacher = await desks.teacher()
    for on, version_id in (("2014-08-31", now), ("2014-09-01", later), ("9999-12-31", later)):
        assert told(await teacher.get("/policies/in-force", params={"on": on}))["version_id"] == version_id
    for on in ("2014-02-25", "0001-01-01"):
        refused(await teacher.get("/policies/in-force", params={"on": on}), 409, "no_policy_in_force")
    for on in ("2014-02-30", "now", "\0"):
        answer = await teacher.get("/policies/in-force", params={"on": on})
        refused(answer, 400, "request_not_readable")


async def test_what_is_not_approved_lies_on_few_desks(desks: Desks) -> None:
    approved, waiting, rejected = [
        await propose(desks, PACK.replace('code = "zhuzhou-2014"', f'code = "zhuzhou-{number}"', 1))
        for number in range(3)
    ]
    await decide(desks, approved)
    await decide(desks, rejected, approve=False)
    for name in ("teacher_office", "inspectorate"):
        listed = told(await (await desks.at(name)).get("/policies"))
        assert {one["id"]: one["approved"] for one in listed} == {
            approved: True,
            waiting: None,
            rejected: False,
        }
        assert told(await (await desks.at(name)).get(f"/policies/{waiting}"))["code"] == "zhuzhou-1"
    for reader in (await desks.teacher(), await desks.at("provider"), await desks.at("school_a")):
        assert [one["id"] for one in told(await reader.get("/policies"))] == [approved]
        for draft in (waiting, rejected):
            refused(await reader.get(f"/policies/{draft}"), 404, "policy_version_unknown")


async def test_the_same_text_is_proposed_once(desks: Desks) -> None:
    await propose(desks)
    office = await desks.at("teacher_office")
    refused(await office.post("/policies", json={"content": PACK}), 409, "policy_version_known")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[pack", "does not parse"),
        ("a = " + "[" * 100_000, "nested too deep"),
        ("a." * 200_000 + "b = 1", "line 1: more than 200 dots"),
        (re.sub(r"\ncite = .*", "", PACK, count=1), "cite: missing"),
        (PACK.replace("silence_days = 7", "silence_days = 7.5"), "confirmation.silence_days: "),
        (PACK.replace("per_capita_fen = 60000", "per_capita_fen = 60000.5"), "per_capita_fen: "),
        (PACK.replace("at_least = ", "at_leest = ", 1), "requirement[0].at_leest: unknown field"),
        (PACK + "\n[[no_such_rule]]\na = 1\n", "no_such_rule: unknown field"),
    ],
    ids=lambda value: value[:24],
)
async def test_a_pack_that_cannot_be_read_names_the_place(desks: Desks, content: str, fault: str) -> None:
    """Issue: a pack with an unknown rule or a missing citation: a clear no with its path."""
    assert content != PACK
    office, before = await desks.at("teacher_office"), await desks.rows()
    problem = refused(await office.post("/policies", json={"content": content}), 422, "pack_not_readable")
    assert fault in problem["detail"]
    assert await desks.rows() == before


async def test_each_route_is_for_its_desks_only(desks: Desks) -> None:
    assert await assert_desks(desks, policies.ROUTES) == {"read_catalogue"}


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    named = [each for each in declared(policies.ROUTES) if NOBODYS in each[1]]
    assert len(named) == 2
    for method, path, _ in named:
        office = await desks.at("teacher_office")
        answer = await office.request(method, path, json=BODIES.get(path))
        refused(answer, 404, "policy_version_unknown")


async def test_no_hostile_body_does_harm(desks: Desks) -> None:
    assert await assert_harmless(desks, policies.ROUTES, BODIES) >= 35
