"""A city whose market has lived: at least one object of every kind, and who holds which."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Litestar
from sqlalchemy import BigInteger, Text, cast, func, literal, literal_column, select, union_all

from factories import NOW, City, add
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries, tables
from vouchermarket.identity.structs import Actor, Exempt, Leave, MakeToken
from vouchermarket.kit import files
from vouchermarket.kit.db import Database, Session, metadata
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.kit.ids import AccountId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import Adjust, Reason
from vouchermarket.payments import queries as payments
from vouchermarket.payments.structs import Gateway, ProposePayee
from vouchermarket.payments.tables import payment_reversal
from vouchermarket.policies import operations as policies
from vouchermarket.reporting.queries.exports import TRANSFERS, ExportTransfers
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement.structs import ProposeRevocation
from vouchermarket.tasks import operations as tasks
from vouchermarket.vouchers import queries as wallet
from web.routes import PREFIX, Wire, desks
from world import YEAR, World

PACK = Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml"
TODAY = datetime(2014, 5, 10, 1, tzinfo=UTC)
TENANT = [table for table in metadata.sorted_tables if table.info["tenant"]]
UUIDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# From the name of a place in a request to the table of what stands there. Whoever names a place anew says it
# here: a name that is not listed fails the tests.
KINDS = {
    "accreditation_id": "accreditation",
    "appointment_id": "appointment",
    "booking_id": "booking",
    "completion_id": "completion",
    "correction_id": "correction",
    "course_id": "course",
    "departure_id": "departure",
    "document_id": "booking",
    "entry_id": "credit_entry",
    "exemption_id": "exemption",
    "file_id": "file",
    "fund_id": "fund",
    "issuance_id": "issuance",
    "line_id": "statement_line",
    "login_id": "login",
    "meeting_id": "meeting",
    "notice_id": "notice",
    "payee_id": "payee",
    "payment_id": "payment",
    "present.key": "booking",
    "reversal_id": "payment_reversal",
    "revocation_id": "revocation",
    "run_id": "run",
    "source_id": "account",
    "statement_id": "statement",
    "subject_id": "run",
    "target_id": "account",
    "task_id": "task",
    "token_id": "bearer_token",
    "transfer_id": "transfer",
    "version_id": "policy_version",
    "voucher_id": "voucher",
}
# The last row of the page before is one of what the area lists.
PAGES = {"books": "event", "completions": "completion", "credits": "credit_entry", "statements": "statement"}
BODIES = {
    "organisation_id": "county",
    "organiser_id": "training_centre",
    "parent_id": "county",
    "provider_id": "provider",
    "school_id": "school_a",
}


class Life:
    """What a city has after its first weeks, and a way in for each of its people."""

    def __init__(self, database: Database, city: City) -> None:
        self.database, self.city = database, city
        self.ids: dict[str, list[UUID]] = {}
        self.code = ""
        self._bearers: dict[Actor, str] = {}

    async def live(self) -> "Life":
        """From the budget to the payout, with something still waiting at every desk."""
        await self._take_on_the_pack()
        world, teachers = World(self.database, self.city), [self.city.teacher(which) for which in range(3)]
        await world.issue()
        run_id = await world.open_run()
        paid, doubted, _ = [await world.book(teacher, run_id) for teacher in teachers]
        completions = await world.hold(run_id, {paid: 4, doubted: 4})
        for teacher, completion_id in zip(teachers, completions.values(), strict=False):
            await world.confirm(teacher, completion_id, TODAY - timedelta(days=4))
        await world.verify(list(completions.values()), TODAY - timedelta(days=3))
        await world.review([completions[paid]], TODAY - timedelta(days=2))
        statement_id = await world.draw_up(TODAY - timedelta(days=2))
        await world.accept(statement_id, TODAY - timedelta(days=1))
        await world.turn_keys(statement_id, TODAY - timedelta(days=1))
        await world.pay(statement_id, "回单1号", TODAY)
        centre, office = self.city.officer("training_centre"), self.city.officer("teacher_office")
        voucher = await world.voucher_of(teachers[0])
        async with world.open() as session:
            [fund] = await wallet.funds(session, self.city.bureau_id, YEAR)
            doubt = ProposeRevocation(completion_id=completions[doubted], reason="代签到", document="督查1号")
            await settlement.propose_revocation(session, centre, doubt, now=TODAY)
            payee = ProposePayee(
                provider_id=self.city.bodies["provider"], gateway=Gateway.STRIPE, account="acct_1"
            )
            await settlement.propose_payee(session, self.city.officer("finance_office"), payee, now=TODAY)
            payment_id = (await payments.payments_of(session, self.city.bureau_id, [statement_id]))[0].id
            asked_back = {"id": new_id(), "payment_id": payment_id, "amount_fen": 1, "reason": "多付"}
            asked_back |= {"state": "proposed", "proposed_at": TODAY, "proposed_by": office.person_id}
            await add(session, self.city.bureau_id, payment_reversal, asked_back)
            moved = Adjust(
                source_id=AccountId(voucher.id),
                target_id=AccountId(fund.id),
                amount_fen=1,
                reason=Reason.KEYED_WRONG,
                text="更正",
            )
            await ledger.propose_adjust(session, self.city.bureau_id, moved, by=office.person_id, now=TODAY)
            kept = NewFile(FileKind.EVIDENCE, "证明.pdf", b"%PDF-1.7")
            await files.store(session, self.city.bureau_id, kept, made_by=office.person_id, now=TODAY)
            year = ExportTransfers(date(2014, 1, 1), date(2015, 1, 1))
            await tasks.enqueue(session, office, TRANSFERS, year, now=TODAY)
            await self._people_change(session)
            self.code = (await queries.bureau(session, self.city.bureau_id)).code
        for actor in [*desks(self.city).values(), *teachers]:
            await self.bearer(actor)
        await self._look()
        return self

    async def _people_change(self, session: Session) -> None:
        """Somebody leaves, somebody is exempt from a rule, somebody has a login open."""
        keeper, office = self.city.officer("administrator"), self.city.officer("teacher_office")
        gone = Leave(
            person_id=self.city.teacher(3).person_id, gone_on=TODAY.date() + timedelta(days=90), reason="调离"
        )
        await identity.leave(session, keeper, gone, now=TODAY)
        spared = Exempt(
            person_id=self.city.teacher().person_id, rule="ZZ-A02", from_on=TODAY.date(), reason="产假"
        )
        await identity.exempt(session, office, spared, now=TODAY)
        login = {"id": new_id(), "person_id": self.city.teacher().person_id, "secret_hash": b"-"}
        login |= {"opened_at": TODAY, "seen_at": TODAY}
        await add(session, self.city.bureau_id, tables.login, login)

    async def _take_on_the_pack(self) -> None:
        first, second = self.city.officers["teacher_office"]
        content = PACK.read_text(encoding="utf-8")
        async with self.database.transaction(self.city.bureau_id) as session:
            version_id = await policies.propose(session, first, content, now=NOW)
            await policies.decide(session, second, version_id, approve=True, now=NOW)

    async def bearer(self, actor: Actor) -> str:
        """The header of one person's token."""
        if actor not in self._bearers:
            async with self.database.transaction(self.city.bureau_id) as session:
                made = await identity.make_token(session, actor, MakeToken(label="t"), now=TODAY)
            self._bearers[actor] = f"Bearer {made.token}"
        return self._bearers[actor]

    async def _look(self) -> None:
        """Note the ids of everything there is."""
        async with self.database.transaction(self.city.bureau_id) as session:
            for table in TENANT:
                if "id" in table.c:
                    found = select(table.c.id).where(table.c.bureau_id == self.city.bureau_id)
                    self.ids[table.name] = sorted((await session.execute(found)).scalars())

    def wire(self, app: Litestar) -> Wire:
        """Requests at this city's address."""
        return Wire(app, f"/{self.code}{PREFIX}")

    def one(self, which: int, place: str, area: str) -> UUID:
        """Something this city has for a place in a request: another each time, where there are several."""
        if place in BODIES:
            return self.city.bodies[BODIES[place]]
        if place in {"person_id", "acting_for"}:
            return self.city.teacher(which).person_id
        found = self.ids[PAGES[area] if place == "after" else KINDS[place]]
        return found[which % len(found)]

    def every_id(self) -> set[str]:
        """All ids of this city as they are written."""
        return {str(each) for ids in self.ids.values() for each in ids}

    async def state(self) -> dict[str, tuple[int, str]]:
        """Of each table of this city the number of rows and a sum over which transaction wrote each."""
        marks = [
            select(
                literal(table.name),
                func.count(),
                cast(func.sum(cast(literal_column(f"{table.name}.xmin::text"), BigInteger)), Text),
            )
            .select_from(table)
            .where(table.c.bureau_id == self.city.bureau_id)
            for table in TENANT
        ]
        async with self.database.transaction(self.city.bureau_id) as session:
            return {name: (rows, mark) for name, rows, mark in await session.execute(union_all(*marks))}


def ids_in(content: bytes) -> set[str]:
    """Everything in an answer that looks like an id."""
    return {found.decode() for found in UUIDS.findall(content)}


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The tables that are not as they were."""
    return [f"{name}: {before[name]} → {after[name]}" for name in before if before[name] != after[name]]
