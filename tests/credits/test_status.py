"""Where an entry stands, against a model that only remembers what was said; and how a person is judged."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.entries import CORRECTION, diploma, school_based
from factories import NOW, TODAY, City
from vouchermarket.credits import operations, queries, rules
from vouchermarket.credits.structs import CreditEntry, DecideEntry, Decision, EntryStatus
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import EntryId, OrganisationId, PersonId, PolicyVersionId, new_id
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies.queries import InForce

REGISTRAR, REVIEWER = PersonId(UUID(int=1)), PersonId(UUID(int=2))
OFFICE = OrganisationId(UUID(int=3))

# What the words of house.md allow: from each status, which decision leads where.
MODEL = {
    (EntryStatus.REGISTERED, Decision.APPROVE): EntryStatus.APPROVED,
    (EntryStatus.REGISTERED, Decision.RETURN): EntryStatus.RETURNED,
    (EntryStatus.REGISTERED, Decision.REJECT): EntryStatus.REJECTED,
    **{
        (status, Decision.REVERSE): EntryStatus.REVERSED
        for status in EntryStatus
        if status is not EntryStatus.REVERSED
    },
}


def entry(status: EntryStatus, steps: int) -> CreditEntry:
    return CreditEntry(
        id=EntryId(UUID(int=9)),
        at=datetime(2014, 3, 3, tzinfo=UTC),
        status=status,
        steps=steps,
        is_replaced=False,
        person_id=PersonId(UUID(int=4)),
        type="school_based",
        amount_hundredths=600,
        unit="credit",
        earned_on=date(2014, 3, 3),
        term="2014-1",
        mode="school_based",
        level="school",
        evidence="册",
        registrar_id=REGISTRAR,
        registrar_office_id=OFFICE,
        reviewer_office_id=OFFICE,
        clause="ZZ-B08",
        policy_version_id=PolicyVersionId(UUID(int=5)),
    )


def allowed(now: CreditEntry, decision: Decision, by: PersonId) -> bool:
    try:
        if decision is Decision.REVERSE:
            rules.refuse_reversal(now, by)
        else:
            rules.refuse_review(now, by, {OFFICE})
    except Refusal:
        return False
    return True


@given(st.lists(st.tuples(st.sampled_from(Decision), st.sampled_from([REGISTRAR, REVIEWER])), max_size=12))
def test_an_entry_goes_where_the_model_goes(said: list[tuple[Decision, PersonId]]) -> None:
    model, kept = EntryStatus.REGISTERED, list[Decision]()
    for decision, by in said:
        status = rules.status_of(kept[-1] if kept else None)
        expected = MODEL.get((model, decision)) if by is REVIEWER else None
        assert allowed(entry(status, len(kept)), decision, by) == (expected is not None)
        if expected is not None:
            kept.append(decision)
            model = expected
        assert rules.status_of(kept[-1] if kept else None) is model


async def approved(city: City, database: Database, *entry_ids: EntryId) -> None:
    async with database.transaction(city.bureau_id) as session:
        outcomes = await operations.decide_all(
            session,
            city.officer("training_centre", 1),
            entry_ids,
            DecideEntry(Decision.APPROVE, "材料齐全"),
            now=NOW,
        )
    assert {outcome.status for outcome in outcomes} == {EntryStatus.APPROVED}


async def test_a_person_is_judged_on_approved_entries_with_the_terms_cap(
    city: City, policy: InForce, database: Database
) -> None:
    """12 credits of school-based training a term (ZZ-A07) and a diploma of 100 (ZZ-A14) make 112."""
    teacher, office = city.teacher(), city.officer("office_a")
    async with database.transaction(city.bureau_id) as session:
        ids = [
            await operations.register_by_hand(session, office, school_based(teacher), now=NOW)
            for _ in range(3)
        ]
        ids.append(
            await operations.register_by_hand(
                session, city.officer("training_centre"), diploma(teacher), now=NOW
            )
        )
        waiting = await operations.register_by_hand(session, office, school_based(teacher), now=NOW)
    await approved(city, database, *ids)
    async with database.transaction(city.bureau_id) as session:
        transcript = await queries.transcript(session, city.bureau_id, teacher.person_id, TODAY)
        evaluation = await queries.evaluation_of(session, city.bureau_id, teacher.person_id, TODAY)
    assert evaluation == transcript.evaluation
    assert evaluation.cycles[0].counted_hundredths == 11_200
    why = {row.entry.id: row.counted.why for row in transcript.rows if row.counted}
    assert [why[id_] for id_ in [*ids, waiting]] == [None, None, "cap_per_term", None, "not_approved"]


async def test_a_corrected_entry_stays_in_the_transcript_and_counts_no_more(
    city: City, policy: InForce, database: Database
) -> None:
    teacher, office = city.teacher(), city.officer("office_a")
    async with database.transaction(city.bureau_id) as session:
        old = await operations.register_by_hand(session, office, school_based(teacher), now=NOW)
        await operations.decide(
            session, city.officer("training_centre"), old, DecideEntry(Decision.RETURN, "缺签到册"), now=NOW
        )
        new = await operations.correct(session, office, old, CORRECTION, now=NOW)
    await approved(city, database, new)
    async with database.transaction(city.bureau_id) as session:
        transcript = await queries.transcript(session, city.bureau_id, teacher.person_id, TODAY)
    assert [(row.entry.id, row.counted is None) for row in transcript.rows] == [(old, True), (new, False)]
    assert transcript.evaluation.cycles[0].counted_hundredths == 450


async def test_refuses_a_transcript_of_nobody(city: City, policy: InForce, database: Database) -> None:
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(NotFound):
            await queries.transcript(session, city.bureau_id, new_id(), TODAY)
