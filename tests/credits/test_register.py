"""Registering by hand: who may, what fits, and what is refused with which clause."""

from datetime import date, timedelta

import msgspec
import pytest

from credits.entries import award, diploma, school_based
from factories import NOW, TODAY, City
from vouchermarket.credits import operations, queries, rules
from vouchermarket.credits.structs import EntryStatus
from vouchermarket.identity import rules as identity
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.money import AmountNotReadable
from vouchermarket.policies import rules as policies
from vouchermarket.policies.queries import InForce


async def test_a_schools_research_office_registers_and_the_centre_reviews(
    city: City, policy: InForce, database: Database
) -> None:
    teacher = city.teacher()
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(
            session, city.officer("office_a"), school_based(teacher), now=NOW
        )
    async with database.transaction(city.bureau_id) as session:
        (entry,) = await queries.entries_of(session, city.bureau_id, teacher.person_id)
        queue = await queries.queue(session, city.bureau_id, city.bodies["training_centre"])
    assert (entry.id, entry.status, entry.clause) == (entry_id, EntryStatus.REGISTERED, "ZZ-B08")
    assert (entry.registrar_office_id, entry.reviewer_office_id) == (
        city.bodies["office_a"],
        city.bodies["training_centre"],
    )
    # The type is capped by term: the entry names none, so it carries the term its day lies in (S2).
    assert (entry.term, entry.policy_version_id) == ("2014-1", policy.version_id)
    assert queue == [entry]


async def test_a_county_school_goes_to_the_countys_body(
    city: City, policy: InForce, database: Database
) -> None:
    teacher = city.teacher(school="school_c")
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(
            session, city.officer("office_c"), school_based(teacher), now=NOW
        )
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
    assert (entry.reviewer_office_id, entry.clause) == (city.bodies["county_body"], "ZZ-T01")


async def test_a_diploma_of_a_direct_school_is_an_open_choice_and_says_so(
    city: City, policy: InForce, database: Database
) -> None:
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(
            session, city.officer("training_centre"), diploma(city.teacher()), now=NOW
        )
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
    assert (entry.clause, entry.amount_hundredths, entry.term) == (rules.OPEN, 10_000, None)


async def test_a_diploma_of_a_county_school_is_the_countys_bodys(
    city: City, policy: InForce, database: Database
) -> None:
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(
            session, city.officer("county_body"), award(city.teacher(school="school_c")), now=NOW
        )
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
    assert (entry.registrar_office_id, entry.clause) == (city.bodies["county_body"], "ZZ-T13")


async def test_the_organising_school_registers_for_a_guest(
    city: City, policy: InForce, database: Database
) -> None:
    guest = city.teacher(school="school_b")
    command = school_based(guest, organiser_id=city.bodies["school_a"])
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(session, city.officer("office_a"), command, now=NOW)
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
    assert entry.registrar_office_id == city.bodies["office_a"]


async def test_the_reviewing_county_body_is_that_of_the_teachers_school_where_the_organiser_has_none(
    city: City, policy: InForce, database: Database
) -> None:
    guest = city.teacher(school="school_c")
    command = school_based(guest, organiser_id=city.bodies["school_a"])
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(session, city.officer("office_a"), command, now=NOW)
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
    assert entry.reviewer_office_id == city.bodies["county_body"]


async def test_more_than_a_terms_credits_are_registered_all_the_same(
    city: City, policy: InForce, database: Database
) -> None:
    """S1: a cap cuts when it is judged, it never refuses."""
    teacher, office = city.teacher(), city.officer("office_a")
    async with database.transaction(city.bureau_id) as session:
        for _ in range(3):
            await operations.register_by_hand(session, office, school_based(teacher), now=NOW)
        found = await queries.entries_of(session, city.bureau_id, teacher.person_id)
    assert sum(entry.amount_hundredths for entry in found) == 1800


async def test_refuses_a_body_the_row_does_not_name_with_the_rows_clause(
    city: City, policy: InForce, database: Database
) -> None:
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.NotTheRegistrar) as refused:
            await operations.register_by_hand(
                session, city.officer("office_c"), school_based(city.teacher()), now=NOW
            )
    assert refused.value.clause == "ZZ-B08"
    assert refused.value.facts == {"body": "school_research_office"}


async def test_refuses_where_the_roster_lacks_the_body_the_rule_names(
    city: City, policy: InForce, database: Database
) -> None:
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.OfficeMissing) as refused:
            await operations.register_by_hand(
                session, city.officer("office_a"), school_based(city.teacher(school="school_b")), now=NOW
            )
    assert refused.value.clause == "ZZ-B08"


async def test_refuses_a_day_that_has_not_come(city: City, policy: InForce, database: Database) -> None:
    command = school_based(city.teacher(), earned_on=TODAY + timedelta(days=1))
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.DateAfterToday):
            await operations.register_by_hand(session, city.officer("office_a"), command, now=NOW)


async def test_takes_what_was_earned_before_there_was_a_pack(
    city: City, policy: InForce, database: Database
) -> None:
    command = school_based(city.teacher(), earned_on=date(2009, 10, 1), term="2009-2")
    async with database.transaction(city.bureau_id) as session:
        assert await operations.register_by_hand(session, city.officer("office_a"), command, now=NOW)


async def test_refuses_the_same_diploma_twice(city: City, policy: InForce, database: Database) -> None:
    centre, teacher = city.officer("training_centre"), city.teacher()
    async with database.transaction(city.bureau_id) as session:
        await operations.register_by_hand(session, centre, diploma(teacher), now=NOW)
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.DocumentRegistered) as refused:
            await operations.register_by_hand(session, centre, diploma(teacher), now=NOW)
        # Another diploma, and another person's diploma, are other facts (S9).
        await operations.register_by_hand(session, centre, diploma(teacher, "学位-2013-002"), now=NOW)
        await operations.register_by_hand(session, centre, diploma(city.teacher(1)), now=NOW)
    assert refused.value.clause == "ZZ-T13"


async def test_refuses_a_degree_without_its_diploma(city: City, policy: InForce, database: Database) -> None:
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.DocumentMissing):
            await operations.register_by_hand(
                session, city.officer("training_centre"), diploma(city.teacher(), None), now=NOW
            )


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"level": "county"}, policies.LevelNotAllowed),
        ({"mode": "online"}, policies.ModeNotAllowed),
        ({"unit": "hour"}, policies.UnitNotAllowed),
        ({"amount": "6.125"}, AmountNotReadable),
        ({"person_id": new_id()}, identity.NotFound),
    ],
)
async def test_refuses_what_does_not_fit_the_row(
    city: City, policy: InForce, database: Database, fields: dict[str, object], refusal: type[Exception]
) -> None:
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(refusal):
            await operations.register_by_hand(
                session, city.officer("office_a"), school_based(city.teacher(), **fields), now=NOW
            )


async def test_refuses_a_teacher_who_registers_for_himself(
    city: City, policy: InForce, database: Database
) -> None:
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(identity.RoleNotAllowed):
            await operations.register_by_hand(session, city.teacher(), school_based(city.teacher()), now=NOW)


async def test_refuses_a_term_left_out_where_the_pack_gives_no_dates(
    city: City, policy: InForce, database: Database
) -> None:
    pack = msgspec.structs.replace(policy.pack, terms=None)
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(
            session, city.officer("office_a"), school_based(city.teacher()), now=NOW
        )
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
    with pytest.raises(rules.TermNeeded) as refused:
        rules.with_term(pack, msgspec.structs.replace(entry, term=None))
    assert refused.value.clause == "ZZ-A07"
    assert rules.with_term(pack, entry).term == "2014-1"


async def test_a_terms_list_is_registered_line_by_line(
    city: City, policy: InForce, database: Database
) -> None:
    first, second, stranger = city.teacher(), city.teacher(1), city.teacher(school="school_c")
    commands = [
        school_based(first),
        school_based(stranger),
        school_based(second, earned_on=date(2013, 11, 2)),
        school_based(second, amount="6.125"),
    ]
    async with database.transaction(city.bureau_id) as session:
        outcomes = await operations.register_list(session, city.officer("office_a"), commands, now=NOW)
        ids = [outcome.entry_id for outcome in outcomes if outcome.entry_id]
        entries = await queries.entries(session, city.bureau_id, ids)
    assert [outcome.person_id for outcome in outcomes] == [command.person_id for command in commands]
    assert [type(outcome.refusal) for outcome in outcomes] == [
        type(None),
        rules.NotTheRegistrar,
        type(None),
        AmountNotReadable,
    ]
    assert [entries[id_].term for id_ in ids] == ["2014-1", "2013-2"]


async def test_a_diploma_stands_once_within_a_list_too(
    city: City, policy: InForce, database: Database
) -> None:
    commands = [diploma(city.teacher()), diploma(city.teacher())]
    async with database.transaction(city.bureau_id) as session:
        outcomes = await operations.register_list(session, city.officer("training_centre"), commands, now=NOW)
    assert outcomes[0].refusal is None
    assert isinstance(outcomes[1].refusal, rules.DocumentRegistered)
