"""Letters on their way out: claimed under a lease and written, sent by the sweep, marked.

The sending lies between two transactions, so a letter may go out twice, under one number, and none is lost.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Bureau
from vouchermarket.identity.tables import person
from vouchermarket.kit import events
from vouchermarket.kit.cipher import Cipher, NotOpened
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.letters import Letter
from vouchermarket.kit.locks import claim_rows
from vouchermarket.kit.mail import NotTaken
from vouchermarket.notices import rules
from vouchermarket.notices.queries import purpose
from vouchermarket.notices.structs import Language, Outgoing
from vouchermarket.notices.tables import letter, mail_address, notice


async def claim_letters(
    session: Session, bureau_id: UUID, cipher: Cipher, base_url: str, *, now: datetime, at_most: int
) -> tuple[list[Outgoing], int]:
    """Take due letters under a lease and write them; returns them, and how many were due.

    What must not go out any more is given up here: it is old, or its person wants none by now or is gone.
    """
    waiting = [
        letter.c.bureau_id == bureau_id,
        letter.c.sent_at.is_(None),
        letter.c.given_up_at.is_(None),
        letter.c.due_at <= now,
    ]
    rows = await claim_rows(session, letter, waiting, at_most, first=[letter.c.due_at])
    attempts = {row.notice_id: row.attempts + 1 for row in rows}
    if not attempts:
        return [], 0
    await session.execute(
        update(letter)
        .where(letter.c.bureau_id == bureau_id, letter.c.notice_id == among(attempts))
        .values(due_at=now + rules.LEASE, attempts=letter.c.attempts + 1)
    )
    bureau = await identity.bureau(session, bureau_id)
    told = await _told(session, bureau_id, list(attempts))
    gone = await identity.gone_from(session, bureau_id, {row.person_id for row in told})
    today = civil_day(now, bureau.time_zone)
    outgoing: list[Outgoing] = []
    for row in told:
        # Nobody writes to those who left or died, whatever they were told before.
        is_gone = row.person_id in gone and gone[row.person_id] <= today
        written = "gone" if is_gone else _written(row, bureau, cipher, base_url, now)
        if isinstance(written, str):
            await _give_up(session, bureau_id, row.id, written, now=now)
        else:
            outgoing.append(Outgoing(row.id, attempts[row.id], written))
    return outgoing, len(rows)


async def _told(session: Session, bureau_id: UUID, notice_ids: list[UUID]) -> list[Any]:
    address = mail_address.c
    found = (
        select(notice, person.c.name, address.sealed, address.sealed_code, address.language)
        .add_columns(address.is_wanted, address.entered_at, address.confirmed_at)
        .join(person, leads_to(notice.c.person_id, person))
        .outerjoin(
            mail_address,
            (address.bureau_id == notice.c.bureau_id) & (address.person_id == notice.c.person_id),
        )
        .where(notice.c.bureau_id == bureau_id, notice.c.id == among(notice_ids))
        .order_by(notice.c.at, notice.c.id)
    )
    return list(await session.execute(found))


def _written(row: Any, bureau: Bureau, cipher: Cipher, base_url: str, now: datetime) -> Letter | str:
    """The letter of a notice, or the word for why there is none."""
    if now - row.at > rules.TOO_LATE:
        return "too_late"
    has_code = row.kind == rules.MailEntered.code
    if row.sealed is None or not row.is_wanted:
        return "not_wanted"
    # A code belongs to the address it was made for; of two addresses entered the later one counts.
    if has_code != (row.confirmed_at is None) or (has_code and row.entered_at != row.at):
        return "address_changed"
    sealed_for, language = purpose(bureau.id, row.person_id), Language(row.language)
    try:
        address = cipher.open(row.sealed, sealed_for).decode()
        code = cipher.open(row.sealed_code, sealed_for).decode() if has_code else None
    except NotOpened:
        return "key_changed"
    text = rules.text(rules.KINDS[row.kind], row.facts, language)
    link = f"{base_url}/{bureau.code}/notices"
    return Letter(
        row.id,
        address,
        rules.subject(text, bureau.name),
        rules.body(text, language, name=row.name, bureau=bureau.name, link=link, code=code),
        row.at,
    )


async def close_letter(
    session: Session, bureau_id: UUID, sent: Outgoing, failure: NotTaken | None, *, now: datetime
) -> None:
    """Write down what has become of a letter: sent, to be tried again later, or given up.

    The mark of a worker whose lease ran out changes nothing any more once another has closed it.
    """
    if failure is None:
        await session.execute(_open_one(bureau_id, sent.notice_id).values(sent_at=now, fault=None))
    elif failure.is_final or sent.attempts >= rules.ATTEMPTS_MAX:
        await _give_up(session, bureau_id, sent.notice_id, failure.fault, now=now)
    else:
        due_at = now + rules.put_off(sent.attempts)
        await session.execute(_open_one(bureau_id, sent.notice_id).values(due_at=due_at, fault=failure.fault))


async def _give_up(session: Session, bureau_id: UUID, notice_id: UUID, fault: str, *, now: datetime) -> None:
    given_up = await session.execute(_open_one(bureau_id, notice_id).values(given_up_at=now, fault=fault))
    if given_up.rowcount:
        facts = {"fault": fault}
        await events.record(session, bureau_id, "notices.letter_given_up", notice_id, now=now, facts=facts)


def _open_one(bureau_id: UUID, notice_id: UUID) -> Any:
    return update(letter).where(
        letter.c.bureau_id == bureau_id,
        letter.c.notice_id == notice_id,
        letter.c.sent_at.is_(None),
        letter.c.given_up_at.is_(None),
    )
