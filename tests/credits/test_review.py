"""Deciding: by another person of the body that reviews, once, step by step."""

import asyncio

import msgspec
import pytest

from credits.entries import CORRECTION, diploma, safety, school_based
from factories import NOW, City
from vouchermarket.credits import operations, queries, rules
from vouchermarket.credits.structs import DecideEntry, Decision, EntryStatus
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import EntryId, new_id
from vouchermarket.kit.undone import ChangedMeanwhile
from vouchermarket.policies.queries import InForce

APPROVE = DecideEntry(Decision.APPROVE, "材料齐全")
RETURN = DecideEntry(Decision.RETURN, "缺签到册")
REJECT = DecideEntry(Decision.REJECT, "未参加")


async def entry_of(city: City, database: Database, teacher: Actor | None = None) -> EntryId:
    """School-based training, registered by the first officer of school a's research office."""
    async with database.transaction(city.bureau_id) as session:
        return await operations.register_by_hand(
            session, city.officer("office_a"), school_based(teacher or city.teacher()), now=NOW
        )


async def decide(
    city: City, database: Database, entry_id: EntryId, command: DecideEntry, actor: Actor | None = None
) -> EntryStatus | None:
    async with database.transaction(city.bureau_id) as session:
        outcome = await operations.decide(
            session, actor or city.officer("training_centre"), entry_id, command, now=NOW
        )
    return outcome.status


@pytest.mark.parametrize(
    ("command", "status"),
    [(APPROVE, EntryStatus.APPROVED), (RETURN, EntryStatus.RETURNED), (REJECT, EntryStatus.REJECTED)],
)
async def test_a_decision_is_read_back_as_the_status(
    city: City, policy: InForce, database: Database, command: DecideEntry, status: EntryStatus
) -> None:
    entry_id = await entry_of(city, database)
    assert await decide(city, database, entry_id, command) is status
    async with database.transaction(city.bureau_id) as session:
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
        (decision,) = await queries.decisions_of(session, city.bureau_id, entry_id)
        queue = await queries.queue(session, city.bureau_id, city.bodies["training_centre"])
    assert (entry.status, entry.steps, queue) == (status, 1, [])
    assert (decision.decision, decision.reason, decision.clause) == (
        command.decision,
        command.reason,
        "ZZ-B08",
    )
    assert decision.reviewer_id == city.officer("training_centre").person_id


@pytest.mark.parametrize(
    "body",
    [
        b'{"decision": "reverse", "reason": "x"}',
        b'{"decision": "verify", "reason": "x"}',
        b'{"decision": "approve", "reason": ""}',
        b'{"decision": "approve", "reason": "a\\u0000b"}',
        b'{"decision": "approve", "reason": "x", "step": 1}',
    ],
)
def test_a_body_that_says_anything_else_does_not_decode(body: bytes) -> None:
    assert msgspec.json.decode(b'{"decision": "approve", "reason": "x"}', type=DecideEntry)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=DecideEntry)


async def test_refuses_the_registrar_in_the_reviewers_seat(
    city: City, policy: InForce, database: Database
) -> None:
    first, second = city.officers["training_centre"]
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(session, first, diploma(city.teacher()), now=NOW)
    with pytest.raises(rules.RegistrarCannotReview) as refused:
        await decide(city, database, entry_id, APPROVE, first)
    assert refused.value.clause == "ZZ-B05"
    assert await decide(city, database, entry_id, APPROVE, second) is EntryStatus.APPROVED


async def test_refuses_another_bodys_reviewer_as_if_nothing_were_there(
    city: City, policy: InForce, database: Database
) -> None:
    entry_id = await entry_of(city, database)
    with pytest.raises(identity.NotFound):
        await decide(city, database, entry_id, APPROVE, city.officer("county_body"))
    with pytest.raises(identity.NotFound):
        await decide(city, database, EntryId(new_id()), APPROVE)
    with pytest.raises(identity.RoleNotAllowed):
        await decide(city, database, entry_id, APPROVE, city.officer("office_a", 1))


async def test_refuses_to_review_what_earns_no_credit(
    city: City, policy: InForce, database: Database
) -> None:
    async with database.transaction(city.bureau_id) as session:
        entry_id = await operations.register_by_hand(
            session, city.officer("office_a"), safety(city.teacher()), now=NOW
        )
        entry = (await queries.entries(session, city.bureau_id, [entry_id]))[entry_id]
    assert (entry.reviewer_office_id, entry.clause) == (None, "ZZ-T10")
    with pytest.raises(rules.NothingToReview) as refused:
        await decide(city, database, entry_id, APPROVE)
    assert refused.value.clause == "ZZ-T10"


async def test_refuses_a_second_decision(city: City, policy: InForce, database: Database) -> None:
    entry_id = await entry_of(city, database)
    await decide(city, database, entry_id, RETURN)
    with pytest.raises(rules.EntryDecided) as refused:
        await decide(city, database, entry_id, APPROVE)
    assert refused.value.facts == {"status": "returned"}


async def test_a_queue_is_decided_as_a_set_with_one_outcome_each(
    city: City, policy: InForce, database: Database
) -> None:
    decided = await entry_of(city, database)
    await decide(city, database, decided, REJECT)
    fresh = [await entry_of(city, database, city.teacher(which)) for which in range(3)]
    unknown = EntryId(new_id())
    async with database.transaction(city.bureau_id) as session:
        outcomes = await operations.decide_all(
            session,
            city.officer("training_centre"),
            [*fresh, decided, unknown, fresh[0]],
            APPROVE,
            now=NOW,
        )
    assert [outcome.entry_id for outcome in outcomes] == [*fresh, decided, unknown]
    assert [outcome.status for outcome in outcomes] == [EntryStatus.APPROVED] * 3 + [None, None]
    assert [type(outcome.refusal) for outcome in outcomes[3:]] == [rules.EntryDecided, identity.NotFound]


async def test_the_queue_is_read_oldest_first_page_by_page(
    city: City, policy: InForce, database: Database
) -> None:
    ids = [await entry_of(city, database) for _ in range(5)]
    office = city.bodies["training_centre"]
    async with database.transaction(city.bureau_id) as session:
        first = await queries.queue(session, city.bureau_id, office, at_most=3)
        rest = await queries.queue(
            session, city.bureau_id, office, after=(first[-1].at, first[-1].id), at_most=3
        )
        others = await queries.queue(session, city.bureau_id, city.bodies["county_body"])
    assert [entry.id for entry in [*first, *rest]] == ids
    assert others == []


async def test_a_returned_entry_is_corrected_by_a_new_one(
    city: City, policy: InForce, database: Database
) -> None:
    entry_id = await entry_of(city, database)
    await decide(city, database, entry_id, RETURN)
    office = city.bodies["office_a"]
    async with database.transaction(city.bureau_id) as session:
        (sent_back,) = await queries.returned(session, city.bureau_id, office)
        new = await operations.correct(session, city.officer("office_a", 1), entry_id, CORRECTION, now=NOW)
    async with database.transaction(city.bureau_id) as session:
        entries = await queries.entries(session, city.bureau_id, [entry_id, new])
        newest = await queries.newest(session, city.bureau_id, entry_id)
        assert await queries.returned(session, city.bureau_id, office) == []
    assert sent_back.id == entry_id
    assert newest == entries[new]
    assert entries[entry_id].is_replaced
    assert not entries[entry_id].is_live
    assert (entries[new].amount_hundredths, entries[new].replaces_id) == (450, entry_id)
    assert entries[new].registrar_id == city.officer("office_a", 1).person_id
    assert await decide(city, database, new, APPROVE) is EntryStatus.APPROVED


async def test_refuses_to_correct_what_was_not_returned(
    city: City, policy: InForce, database: Database
) -> None:
    entry_id = await entry_of(city, database)
    for twice in range(2):
        async with database.transaction(city.bureau_id) as session:
            with pytest.raises(rules.EntryNotReturned) as refused:
                await operations.correct(session, city.officer("office_a"), entry_id, CORRECTION, now=NOW)
        assert refused.value.facts == {"status": ("registered", "replaced")[twice]}
        if not twice:
            await decide(city, database, entry_id, RETURN)
            async with database.transaction(city.bureau_id) as session:
                await operations.correct(session, city.officer("office_a"), entry_id, CORRECTION, now=NOW)


async def test_refuses_a_correction_by_another_body(city: City, policy: InForce, database: Database) -> None:
    entry_id = await entry_of(city, database)
    await decide(city, database, entry_id, RETURN)
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(identity.NotFound):
            await operations.correct(session, city.officer("office_c"), entry_id, CORRECTION, now=NOW)


async def test_an_entry_is_reversed_in_its_last_correction_and_only_once(
    city: City, policy: InForce, database: Database
) -> None:
    entry_id = await entry_of(city, database)
    await decide(city, database, entry_id, RETURN)
    async with database.transaction(city.bureau_id) as session:
        new = await operations.correct(session, city.officer("office_a"), entry_id, CORRECTION, now=NOW)
    await decide(city, database, new, APPROVE)
    assert await reverse(city, database, entry_id) == new
    async with database.transaction(city.bureau_id) as session:
        entry = (await queries.entries(session, city.bureau_id, [new]))[new]
        steps = await queries.decisions_of(session, city.bureau_id, new)
    assert (entry.status, entry.is_live) == (EntryStatus.REVERSED, False)
    assert [(step.step, step.decision) for step in steps] == [(1, Decision.APPROVE), (2, Decision.REVERSE)]
    with pytest.raises(rules.EntryReversed):
        await reverse(city, database, new)


async def test_refuses_a_reversal_by_the_registrar_or_of_nothing(
    city: City, policy: InForce, database: Database
) -> None:
    entry_id = await entry_of(city, database)
    with pytest.raises(rules.RegistrarCannotReview):
        await reverse(city, database, entry_id, city.officer("office_a"))
    with pytest.raises(identity.NotFound):
        await reverse(city, database, EntryId(new_id()))


async def reverse(city: City, database: Database, entry_id: EntryId, by: Actor | None = None) -> EntryId:
    async with database.transaction(city.bureau_id) as session:
        return await operations.reverse(
            session,
            city.bureau_id,
            entry_id,
            reviewer_id=(by or city.officer("teacher_office")).person_id,
            office_id=city.bodies["teacher_office"],
            clause="ZZ-B04",
            reason="撤销完成",
            now=NOW,
        )


async def test_of_two_reviewers_at_once_one_is_told_that_the_other_was_first(
    city: City, policy: InForce, database: Database
) -> None:
    entry_id = await entry_of(city, database)
    answers = await asyncio.gather(
        decide(city, database, entry_id, APPROVE, city.officer("training_centre", 0)),
        decide(city, database, entry_id, REJECT, city.officer("training_centre", 1)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, EntryStatus) for answer in answers) == 1
    assert sum(isinstance(answer, ChangedMeanwhile | rules.EntryDecided) for answer in answers) == 1
    async with database.transaction(city.bureau_id) as session:
        assert len(await queries.decisions_of(session, city.bureau_id, entry_id)) == 1
