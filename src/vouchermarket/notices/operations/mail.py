"""One's own mail: an address is entered, confirmed by the code of a letter, turned off and on, dropped."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vouchermarket.identity import operations as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.letters import is_address
from vouchermarket.notices import rules
from vouchermarket.notices.queries import purpose
from vouchermarket.notices.structs import ChooseMail, ConfirmMail, EnterMail
from vouchermarket.notices.tables import letter, mail_address, notice


async def enter_mail(
    session: Session, actor: Actor, command: EnterMail, cipher: Cipher, *, now: datetime
) -> None:
    """Enter one's address: a letter with a code goes there, and nothing else until it is confirmed.

    The inbox tells it, so that nobody's letters are led elsewhere in silence. Refuses `RoleNotAllowed`,
    `MailAddressNotRight`, `MailCodeJustSent`.
    """
    identity_rules.seats_for(actor, "read_own")
    if not is_address(command.address):
        raise rules.MailAddressNotRight
    standing = await _locked(session, actor)
    rules.not_too_soon(standing.entered_at if standing else None, now)
    code = "".join(secrets.choice("0123456789") for _ in range(rules.CODE_DIGITS))
    sealed_for = purpose(actor.bureau_id, actor.person_id)
    row = {
        "sealed": cipher.seal(command.address.encode(), sealed_for),
        "language": command.language.value,
        "is_wanted": True,
        "entered_at": now,
        "confirmed_at": None,
        "sealed_code": cipher.seal(code.encode(), sealed_for),
        "code_tries": 0,
    }
    whose = {"bureau_id": actor.bureau_id, "person_id": actor.person_id}
    entered = upsert(mail_address).values(**whose, **row)
    await session.execute(entered.on_conflict_do_update(index_elements=["bureau_id", "person_id"], set_=row))
    await _tell(session, actor, rules.masked(command.address), now)
    fresh = {name: row[name] for name in ("language", "is_wanted", "entered_at", "confirmed_at")}
    await _record(session, actor, "notices.mail_entered", now, **events.changed(standing, **fresh))


async def _tell(session: Session, actor: Actor, shown: str, now: datetime) -> None:
    # By its own hand and not by `tell`: the letter goes to an address that is not confirmed yet.
    kind, notice_id = rules.MailEntered, new_id()
    told = {"person_id": actor.person_id, "kind": kind.code, "facts": {"address": shown}, "at": now}
    await session.execute(insert(notice).values(bureau_id=actor.bureau_id, id=notice_id, **told))
    await session.execute(insert(letter).values(bureau_id=actor.bureau_id, notice_id=notice_id, due_at=now))


async def confirm_mail(
    database: Database, actor: Actor, command: ConfirmMail, cipher: Cipher, *, now: datetime
) -> None:
    """Prove by the code that the address is one's own; five guesses, thirty minutes.

    A wrong one is counted although it is refused. Refuses `RoleNotAllowed`, `NotFound` where no address
    waits for a code, `MailCodeNotRight`.
    """
    identity_rules.seats_for(actor, "read_own")
    async with database.transaction(actor.bureau_id) as session:
        row = await _locked(session, actor)
        if row is None or row.confirmed_at is not None:
            raise NotFound
        sent = cipher.open(row.sealed_code, purpose(actor.bureau_id, actor.person_id)).decode()
        if rules.code_is_right(sent, command.code, row.code_tries, row.entered_at, now):
            confirmed = {"confirmed_at": now, "sealed_code": None}
            await session.execute(update(mail_address).where(*_own(actor)).values(**confirmed))
            proven = events.changed(row, confirmed_at=now)
            await _record(session, actor, "notices.mail_confirmed", now, **proven)
            return
        await session.execute(
            update(mail_address).where(*_own(actor)).values(code_tries=mail_address.c.code_tries + 1)
        )
    raise rules.MailCodeNotRight


async def choose_mail(session: Session, actor: Actor, command: ChooseMail, *, now: datetime) -> None:
    """Turn letters on or off, and choose their language. Refuses `RoleNotAllowed`, `NotFound`."""
    identity_rules.seats_for(actor, "read_own")
    chosen = {"is_wanted": command.is_wanted, "language": command.language.value}
    standing = await _locked(session, actor)
    if standing is None:
        raise NotFound
    await session.execute(update(mail_address).where(*_own(actor)).values(**chosen))
    await _record(session, actor, "notices.mail_chosen", now, **events.changed(standing, **chosen))


async def drop_mail(session: Session, actor: Actor, *, now: datetime) -> None:
    """Forget one's address. Refuses `RoleNotAllowed`, `NotFound`."""
    identity_rules.seats_for(actor, "read_own")
    standing = await _locked(session, actor)
    if standing is None:
        raise NotFound
    await session.execute(delete(mail_address).where(*_own(actor)))
    gone = events.changed(standing, entered_at=None, confirmed_at=None)
    await _record(session, actor, "notices.mail_dropped", now, **gone)


async def _locked(session: Session, actor: Actor) -> Any:
    # The person's row stands for the address, which may not be there yet.
    await identity.lock_people(session, actor.bureau_id, [actor.person_id])
    return (await session.execute(select(mail_address).where(*_own(actor)))).one_or_none()


def _own(actor: Actor) -> tuple[Any, Any]:
    return mail_address.c.bureau_id == actor.bureau_id, mail_address.c.person_id == actor.person_id


async def _record(session: Session, actor: Actor, kind: str, now: datetime, **facts: object) -> None:
    subject_id: UUID = actor.person_id
    await events.record(
        session, actor.bureau_id, kind, subject_id, actor_id=actor.person_id, now=now, facts=facts
    )
