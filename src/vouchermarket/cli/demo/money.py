"""The money of the year: budget, issuance, statements, keys, payouts, and the year's end."""

from datetime import date, datetime, timedelta

from vouchermarket.cli.demo.city import City, at
from vouchermarket.cli.demo.market import providers
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import StatementId
from vouchermarket.policies import queries as policies
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries as statements
from vouchermarket.settlement.rules import NothingEarned
from vouchermarket.settlement.structs import DrawUp, ProposeRevocation, RecordPayment, Respond, Response
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries as funds
from vouchermarket.vouchers.structs import Appropriate, ProposeIssuance

SPARE_PERCENT = 110
PART = 1000


async def appropriate_and_issue(database: Database, city: City, year: int) -> None:
    """One budget and one issuance for each of the pack's fund lines, proposed and decided by two persons."""
    now = at(date(year, 3, 3))
    async with database.transaction(city.bureau.id) as session:
        policy = await policies.in_force(session, city.bureau.id, now.date())
    entitled = sum(teacher.school.county is None for teacher in city.teachers)
    for line in policy.pack.fund_lines:
        await _issue(database, city, line.code, line.per_capita_fen * entitled, year, now)


async def _issue(
    database: Database, city: City, line: str, needed_fen: int, year: int, now: datetime
) -> None:
    proposer, second = city.officers["budget01"], city.officers["budget02"]
    budget = Appropriate(
        line=line,
        year=year,
        # A little is left over on purpose, so that the year has something to give back.
        amount_fen=needed_fen * SPARE_PERCENT // 100,
        document=f"演示财教〔{year}〕1号",
    )
    asked = ProposeIssuance(
        line=line,
        year=year,
        counted_on=date(year, 3, 1),
        valid_from=date(year, 3, 3),
        valid_to=date(year + 1, 1, 1),
    )
    async with database.transaction(city.bureau.id) as session:
        await vouchers.appropriate(session, proposer, budget, now=now)
        issuance = await vouchers.propose_issuance(session, proposer, asked, now=now)
    async with database.transaction(city.bureau.id) as session:
        await vouchers.decide_issuance(session, second, issuance.issuance_id, approve=True, now=now)
        await vouchers.issue(session, second, issuance.issuance_id, now=now)


async def draw_up(
    database: Database, city: City, from_on: date, to_on: date, now: datetime
) -> list[StatementId]:
    """A statement for every provider that earned something in the period."""
    drawn: list[StatementId] = []
    for provider in providers(city).values():
        command = DrawUp(provider_id=provider.seats[0].organisation_id, from_on=from_on, to_on=to_on)
        try:
            async with database.transaction(city.bureau.id) as session:
                drawn.append(await settlement.draw_up(session, provider, command, now=now))
        except NothingEarned:
            continue
    return drawn


async def settle(database: Database, city: City, drawn: list[StatementId], now: datetime) -> None:
    """The provider accepts every line; two persons of two offices turn their keys."""
    by_body = {actor.seats[0].organisation_id: actor for actor in providers(city).values()}
    for statement_id in drawn:
        async with database.transaction(city.bureau.id) as session:
            opened = await statements.open_statement(session, city.officers["centre01"], statement_id)
            lines = tuple(line.id for line in opened.lines if line.is_live)
            answer = Respond(line_ids=lines, response=Response.ACCEPTED)
            await settlement.respond(session, by_body[opened.statement.provider_id], answer, now=now)
        for key in ("key01", "centre01"):
            async with database.transaction(city.bureau.id) as session:
                await settlement.turn_key(session, city.officers[key], statement_id, now=now)


async def pay(database: Database, city: City, settled: list[StatementId], now: datetime) -> None:
    """Finance approves, the bank pays, a second person enters the bank's reference."""
    for number, statement_id in enumerate(settled):
        async with database.transaction(city.bureau.id) as session:
            payment = await settlement.approve_payment(
                session, city.officers["finance01"], statement_id, now=now
            )
        reference = f"演示回单{now:%Y%m%d}-{number + 1:04d}"
        record = RecordPayment(payment_id=payment.id, reference=reference)
        async with database.transaction(city.bureau.id) as session:
            await settlement.record_payment(
                session, city.officers["finance02"], record, now=now + timedelta(days=2)
            )


async def revoke(database: Database, city: City, statement_id: StatementId, now: datetime) -> None:
    """One completion of a statement turns out to be false: proposed by one person, decided by another."""
    first, second = city.officers["centre01"], city.officers["centre02"]
    async with database.transaction(city.bureau.id) as session:
        opened = await statements.open_statement(session, first, statement_id)
        line = next(line for line in opened.lines if line.is_live)
        found = ProposeRevocation(
            completion_id=line.completion_id, reason="抽查发现代签到", document="演示督查记录1号"
        )
        proposed = await settlement.propose_revocation(session, first, found, now=now)
        await settlement.decide_revocation(session, second, proposed, approve=True, now=now)


async def close_year(database: Database, city: City, year: int) -> None:
    """The vouchers of the year expire into their funds, the funds lapse into the treasury."""
    now = at(date(year + 1, 1, 5))
    while True:
        async with database.transaction(city.bureau.id) as session:
            returned = await vouchers.expire(session, city.bureau.id, now.date(), now, at_most=PART)
        if not returned.accounts:
            break
    async with database.transaction(city.bureau.id) as session:
        for fund in await funds.funds(session, city.bureau.id, year):
            await vouchers.lapse(session, city.officers["budget01"], fund.id, now=now)
