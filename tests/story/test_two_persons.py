"""Nobody approves what he or she made: by oneself, from two desks, or by way of a substitute.

One table of all that one makes and another has to approve before money or law moves (docs/trust.md 13).
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import Actor, OrganisationKind, Role, Seat, Substitute
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.payments.structs import Gateway, ProposePayee
from vouchermarket.policies import operations as policies
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement.structs import DrawUp, ProposeRevocation, RecordFailure
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers.structs import Appropriate, ProposeIssuance
from world import World

PACK = Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml"
NOW = datetime(2014, 5, 20, 1, tzinfo=UTC)
OFFICE, CENTRE, FINANCE = "teacher_office", "training_centre", "finance_office"


class Matter(msgspec.Struct, frozen=True):
    """What is made at one desk and checked at another, and what the maker is told who tries to check it."""

    name: str
    made_at: str
    checked_at: str
    told: str
    prepare: Callable[[World], Awaitable[Any]]
    make: Callable[[World, Any, Actor, Any], Awaitable[Any]]
    check: Callable[[World, Any, Actor, Any], Awaitable[Any]]


# --- what comes before -------------------------------------------------------------------------------------


async def nothing(world: World) -> None:
    """Nothing has to stand before."""


async def a_budget(world: World) -> None:
    budget = Appropriate(line="all_staff", year=2014, amount_fen=1_000_000, document="财教〔2014〕1号")
    async with world.open() as session:
        await vouchers.appropriate(session, world.city.officer(OFFICE), budget, now=NOW)


async def a_completion(world: World) -> Any:
    await world.issue()
    run_id = await world.open_run()
    teacher = world.city.teacher()
    booking_id = await world.book(teacher, run_id)
    [completion_id] = (await world.hold(run_id, {booking_id: 4})).values()
    await world.confirm(teacher, completion_id, NOW - timedelta(days=4))
    await world.verify([completion_id], NOW - timedelta(days=3))
    return completion_id


async def a_statement(world: World) -> Any:
    await a_completion(world)
    statement_id = await world.draw_up(NOW - timedelta(days=1))
    await world.accept(statement_id, NOW - timedelta(days=1))
    return statement_id


async def a_statement_with_one_key(world: World) -> Any:
    statement_id = await a_statement(world)
    async with world.open() as session:
        await settlement.turn_key(session, world.city.officer(OFFICE, 1), statement_id, now=NOW)
    return statement_id


async def a_settled_statement(world: World) -> Any:
    statement_id = await a_statement(world)
    await world.turn_keys(statement_id, NOW)
    return statement_id


# --- making and checking -----------------------------------------------------------------------------------


async def propose_issuance(world: World, session: Any, maker: Actor, _: Any) -> Any:
    asked = ProposeIssuance(
        line="all_staff",
        year=2014,
        counted_on=date(2014, 5, 1),
        valid_from=date(2014, 5, 20),
        valid_to=date(2015, 1, 1),
    )
    return (await vouchers.propose_issuance(session, maker, asked, now=NOW)).issuance_id


async def decide_issuance(world: World, session: Any, checker: Actor, made: Any) -> None:
    await vouchers.decide_issuance(session, checker, made, approve=True, now=NOW)


async def propose_policy(world: World, session: Any, maker: Actor, _: Any) -> Any:
    content = PACK.read_text(encoding="utf-8") + "\n# 修订\n"
    return await policies.propose(session, maker, content, now=NOW)


async def decide_policy(world: World, session: Any, checker: Actor, made: Any) -> None:
    await policies.decide(session, checker, made, approve=True, now=NOW)


async def propose_payee(world: World, session: Any, maker: Actor, _: Any) -> Any:
    provider_id = world.city.bodies["provider"]
    asked = ProposePayee(provider_id=provider_id, gateway=Gateway.STRIPE, account="acct_1")
    return (await settlement.propose_payee(session, maker, asked, now=NOW)).id


async def decide_payee(world: World, session: Any, checker: Actor, made: Any) -> None:
    await settlement.decide_payee(session, checker, made, approve=True, now=NOW)


async def draw_up(world: World, session: Any, maker: Actor, _: Any) -> Any:
    provider_id = world.city.bodies["provider"]
    period = DrawUp(provider_id=provider_id, from_on=date(2014, 1, 1), to_on=date(2014, 6, 1))
    return await settlement.draw_up(session, maker, period, now=NOW)


async def accept_and_turn_key(world: World, session: Any, checker: Actor, made: Any) -> None:
    await world.accept(made, NOW)
    await settlement.turn_key(session, checker, made, now=NOW)


async def turn_key(world: World, session: Any, who: Actor, made: Any) -> Any:
    await settlement.turn_key(session, who, made, now=NOW)
    return made


async def approve_payment(world: World, session: Any, who: Actor, made: Any) -> Any:
    return await settlement.approve_payment(session, who, made, now=NOW)


async def record_payment(world: World, session: Any, checker: Actor, made: Any) -> None:
    record = RecordFailure(payment_id=made.id, reason="账号有误")
    await settlement.record_failure(session, checker, record, now=NOW)


async def propose_revocation(world: World, session: Any, maker: Actor, made: Any) -> Any:
    found = ProposeRevocation(completion_id=made, reason="代签到", document="督查1号")
    return await settlement.propose_revocation(session, maker, found, now=NOW)


async def decide_revocation(world: World, session: Any, checker: Actor, made: Any) -> None:
    await settlement.decide_revocation(session, checker, made, approve=True, now=NOW)


MATTERS = (
    Matter("issuance", OFFICE, OFFICE, "same_person", a_budget, propose_issuance, decide_issuance),
    Matter("policy", OFFICE, OFFICE, "proposer_cannot_decide", nothing, propose_policy, decide_policy),
    Matter("payee", FINANCE, FINANCE, "payee_decided_by_proposer", nothing, propose_payee, decide_payee),
    Matter("statement", CENTRE, CENTRE, "turned_by_maker", a_completion, draw_up, accept_and_turn_key),
    Matter("second key", OFFICE, CENTRE, "same_person_twice", a_statement, turn_key, turn_key),
    Matter(
        "payment",
        CENTRE,
        FINANCE,
        "approved_by_key_holder",
        a_statement_with_one_key,
        turn_key,
        approve_payment,
    ),
    Matter(
        "payment record",
        FINANCE,
        FINANCE,
        "recorded_by_approver",
        a_settled_statement,
        approve_payment,
        record_payment,
    ),
    Matter(
        "revocation",
        CENTRE,
        CENTRE,
        "revoked_by_proposer",
        a_completion,
        propose_revocation,
        decide_revocation,
    ),
)


# --- the persons -------------------------------------------------------------------------------------------


def seat(world: World, body: str, acting_for: PersonId | None = None) -> Seat:
    return Seat(Role.OFFICER, world.city.bodies[body], OrganisationKind(body), acting_for)


def person(world: World, who: PersonId, *seats: Seat) -> Actor:
    return Actor(world.bureau_id, who, tuple(dict.fromkeys(seats)))


async def stand_in(world: World, who: PersonId, for_whom: PersonId, body: str) -> None:
    command = Substitute(
        person_id=who,
        acting_for=for_whom,
        organisation_id=world.city.bodies[body],
        from_on=date(2014, 1, 1),
        to_on=date(2015, 1, 1),
    )
    async with world.open() as session:
        await identity.substitute(session, world.city.officer("administrator"), command, now=NOW)


async def done(world: World, deed: Any, who: Actor, made: Any) -> Any:
    async with world.open() as session:
        return await deed(world, session, who, made)


async def refused(world: World, matter: Matter, checker: Actor, made: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await done(world, matter.check, checker, made)
    return caught.value.code


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.name)
async def test_nobody_approves_what_they_made(world: World, matter: Matter) -> None:
    """Trust 13: not at the one desk, not with two roles, not by a substitute; another person does."""
    maker_id = world.city.officer(matter.made_at).person_id
    own, checking = seat(world, matter.made_at), seat(world, matter.checked_at)
    before = await matter.prepare(world)
    made = await done(world, matter.make, person(world, maker_id, own), before)
    for seats in ([checking], [own, checking]):
        assert await refused(world, matter, person(world, maker_id, *seats), made) == matter.told
    friend = world.city.officer("rival").person_id
    await stand_in(world, friend, maker_id, matter.made_at)
    substitute = person(world, friend, seat(world, matter.made_at, maker_id), checking)
    assert await refused(world, matter, substitute, made) == "acts_for_maker"
    await done(world, matter.check, world.city.officer(matter.checked_at, 1), made)


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.name)
async def test_nobody_approves_what_was_made_in_their_place(world: World, matter: Matter) -> None:
    """Trust 13: not whom the maker stood in for, and not another who stands in for the same one."""
    officer = world.city.officer(matter.made_at).person_id
    friend, other = (world.city.officer(body).person_id for body in ("research_institute", "rival"))
    checking = seat(world, matter.checked_at)
    for who in (friend, other):
        await stand_in(world, who, officer, matter.made_at)
    before = await matter.prepare(world)
    in_place = seat(world, matter.made_at, officer)
    made = await done(world, matter.make, person(world, friend, in_place), before)
    for who in (person(world, officer, checking), person(world, other, in_place, checking)):
        assert await refused(world, matter, who, made) == "acts_for_maker"
    await done(world, matter.check, world.city.officer(matter.checked_at, 1), made)
