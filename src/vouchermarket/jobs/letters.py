"""Sending letters in three beats: claimed and written, given to the server, marked.

A worker that is killed between two of them leaves a lease behind; when it has run out, the letter goes out
again under the same number.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog

from vouchermarket.identity.structs import Bureau
from vouchermarket.jobs.schedule import CatchUp, Job
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Database
from vouchermarket.kit.mail import NotTaken, Post, post_of
from vouchermarket.notices import operations as notices
from vouchermarket.notices.structs import Outgoing
from vouchermarket.settings import Settings

log = structlog.get_logger()

# So few that a slow server is done with them before their lease is.
PART = 20


async def send_letters(post: Post, cipher: Cipher, database: Database, bureau: Bureau, now: datetime) -> int:
    """Send what is due, until nothing is or the server is away; returns how many letters it took."""
    taken = 0
    while True:
        async with database.transaction(bureau.id) as session:
            outgoing, due = await notices.claim_letters(
                session, bureau.id, cipher, post.base_url, now=now, at_most=PART
            )
        if not due:
            return taken
        away: NotTaken | None = None
        for one in outgoing:
            failure = away or await _failure(post, one)
            taken += failure is None
            # A server that is away is away for the others too; they wait as if it had been asked.
            away = failure if failure is not None and failure.is_away else None
            async with database.transaction(bureau.id) as session:
                await notices.close_letter(session, bureau.id, one, failure, now=now)
        if away is not None:
            log.warning("letters.server_away", bureau=bureau.code, fault=away.fault)
            return taken


async def _failure(post: Post, outgoing: Outgoing) -> NotTaken | None:
    try:
        await post.send(outgoing.letter)
    except NotTaken as failure:
        return failure
    except Exception as error:
        # One letter's fault keeps no other waiting; it is tried again, and given up in the end.
        log.exception("letters.not_written", notice=str(outgoing.notice_id))
        return NotTaken(type(error).__name__)
    return None


def jobs_by_mail(settings: Settings) -> tuple[Job, ...]:
    """The job that sends letters, where a mail server is set. Refuses `MailNotSet`."""
    post = post_of(settings)
    if post is None:
        return ()
    sending = partial(send_letters, post, Cipher(settings.secret_key))
    return (Job("send_letters", sending, timedelta(seconds=15), CatchUp.LATEST),)
