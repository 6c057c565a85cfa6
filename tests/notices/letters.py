"""A city with a mail server: addresses entered and confirmed, letters sent by the job of the settings."""

import re
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from factories import NOW, City
from notices.sink import Sink
from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.jobs.letters import jobs_by_mail
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.notices import operations as notices
from vouchermarket.notices import queries
from vouchermarket.notices.rules import CreditReturned
from vouchermarket.notices.structs import ConfirmMail, EnterMail, Language, Mail
from vouchermarket.notices.tables import letter
from vouchermarket.settings import Secret
from web.settings_of import settings

BASE = "https://market.example.cn"
SENDER = "noreply@market.example.cn"
CODE = re.compile(r"\b[0-9]{6}\b")
ADDRESS = "zhangsan@example.cn"


class Mailed:
    """One city and its mail server."""

    def __init__(self, database: Database, city: City, sink: Sink) -> None:
        self.database, self.city, self.sink = database, city, sink
        self.teacher = city.teacher()
        self.settings = settings(smtp_url=Secret(sink.url), smtp_sender=SENDER, base_url=BASE)
        self.cipher = Cipher(self.settings.secret_key)

    def open(self) -> Any:
        return self.database.transaction(self.city.bureau_id)

    async def enter(
        self,
        actor: Actor | None = None,
        *,
        address: str = ADDRESS,
        language: Language = Language.ZH,
        now: datetime = NOW,
    ) -> None:
        async with self.open() as session:
            command = EnterMail(address, language)
            await notices.enter_mail(session, actor or self.teacher, command, self.cipher, now=now)

    async def confirm(self, code: str, actor: Actor | None = None, now: datetime = NOW) -> None:
        """With the code that was typed."""
        command = ConfirmMail(code)
        await notices.confirm_mail(self.database, actor or self.teacher, command, self.cipher, now=now)

    async def subscribe(self, actor: Actor | None = None, **entered: Any) -> str:
        """An address entered and confirmed by the code of its letter, which is given back."""
        await self.enter(actor, **entered)
        await self.send()
        code = code_in(self.sink.letters[-1])
        await self.confirm(code, actor)
        self.sink.letters.clear()
        self.sink.envelopes.clear()
        return code

    async def tell(self, reason: str, actor: Actor | None = None, now: datetime = NOW) -> None:
        async with self.open() as session:
            person_id = (actor or self.teacher).person_id
            await notices.tell(
                session, self.city.bureau_id, person_id, CreditReturned, {"reason": reason}, now=now
            )

    async def send(self, now: datetime = NOW) -> int:
        """The job as `work` runs it."""
        [job] = jobs_by_mail(self.settings)
        async with self.database.registry() as session:
            [bureau] = [one for one in await identity.bureaus(session) if one.id == self.city.bureau_id]
        return await job.sweep(self.database, bureau, now)

    async def mail(self, actor: Actor | None = None, now: datetime = NOW) -> Mail | None:
        async with self.open() as session:
            return await queries.mail(session, actor or self.teacher, self.cipher, now=now)

    async def rows(self) -> list[Any]:
        """Every letter, by when it was told of."""
        async with self.open() as session:
            found = select(letter).where(letter.c.bureau_id == self.city.bureau_id)
            return list(await session.execute(found.order_by(letter.c.notice_id)))

    async def events(self, kind: str) -> list[Any]:
        async with self.open() as session:
            found = select(event).where(event.c.bureau_id == self.city.bureau_id, event.c.kind == kind)
            return list(await session.execute(found.order_by(event.c.id)))


def code_in(message: EmailMessage) -> str:
    """The code a letter tells."""
    [found] = CODE.findall(message.get_content())
    return found
