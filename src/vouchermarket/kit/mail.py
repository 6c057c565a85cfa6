"""Letters by SMTP: written so that nothing can be slipped into them, sent outside any transaction.

A letter's number becomes its Message-ID, so that whoever gets it twice can tell that it is one letter.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Iterable
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NoReturn
from urllib.parse import SplitResult, unquote, urlsplit

from vouchermarket.kit.db import transaction_is_open
from vouchermarket.kit.letters import Letter, is_address, one_line
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.settings import Settings

SUBJECT_LENGTH_MAX = 80
PATIENCE_SECONDS = 20
PORTS = {"smtp": 25, "smtps": 465}


class MailNotSet(Refusal):
    code = "mail_not_set"
    kind = Kind.INVALID
    zh = "已设置邮件服务器,但缺少或写错:{setting}"
    en = "A mail server is set, but this is missing or wrong: {setting}"
    remedy_zh = "请补全该设置后重新启动,或去掉邮件服务器设置"
    remedy_en = "Put it right and start again, or take the mail server out of the settings"


class NotTaken(Exception):
    """The server did not take a letter. `fault` has its answer's number or the kind of error, never its
    words: they may repeat the address.
    """

    def __init__(self, fault: str, *, is_final: bool = False, is_away: bool = False) -> None:
        self.fault, self.is_final, self.is_away = fault, is_final, is_away
        super().__init__(fault)


def written(letter: Letter, sender: str, host: str) -> EmailMessage:
    """The message as it goes out."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = letter.address
    message["Subject"] = one_line(letter.subject)[:SUBJECT_LENGTH_MAX]
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.number}@{host}>"
    # Nobody's absence notice is to answer it.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


class Post:
    """The way to one mail server, and what links in letters begin with."""

    def __init__(self, server: SplitResult, sender: str, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._server, self._sender = server, sender
        self._host = urlsplit(base_url).hostname or ""

    async def send(self, letter: Letter) -> None:
        """Give a letter to the server. Raises `NotTaken`; a letter may have been taken all the same where the
        line broke after it, so that it is sent again under its own number.
        """
        if transaction_is_open.get():
            raise RuntimeError("a letter would be sent from within a transaction")
        await asyncio.to_thread(self._send, written(letter, self._sender, self._host))

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._line() as line:
                line.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            _refused(code for code, _ in error.recipients.values())
        except smtplib.SMTPAuthenticationError as error:
            raise NotTaken(f"SMTP {error.smtp_code}", is_away=True) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            _refused([error.smtp_code])
        except (smtplib.SMTPException, OSError) as error:
            raise NotTaken(type(error).__name__, is_away=True) from None

    def _line(self) -> smtplib.SMTP:
        host, name = self._server.hostname or "", self._server.username
        port = self._server.port or PORTS[self._server.scheme]
        secure = ssl.create_default_context()
        if self._server.scheme == "smtps":
            line: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE_SECONDS, context=secure)
        else:
            line = smtplib.SMTP(host, port, timeout=PATIENCE_SECONDS)
        try:
            line.ehlo()
            # A password goes over a line that nobody reads along, or not at all.
            if self._server.scheme == "smtp" and (name or line.has_extn("starttls")):
                line.starttls(context=secure)
                line.ehlo()
            if name:
                line.login(unquote(name), unquote(self._server.password or ""))
        except BaseException:
            line.close()
            raise
        return line


def _refused(codes: Iterable[int]) -> NoReturn:
    found = sorted(codes)
    raise NotTaken(f"SMTP {found[-1]}", is_final=all(500 <= code < 600 for code in found)) from None


def post_of(settings: Settings) -> Post | None:
    """The mail server of the settings: `smtp://` (STARTTLS where it is offered, and always with a password)
    or `smtps://`; None where none is set.

    Refuses `MailNotSet` where there is one without an address to send from or a base for links.
    """
    if not settings.smtp_url:
        return None
    try:
        server = urlsplit(settings.smtp_url.reveal())
        is_whole = server.scheme in PORTS and bool(server.hostname) and server.port != 0
    except ValueError:
        # Not from it: the words of the error repeat what was written, password and all.
        raise MailNotSet(setting="VOUCHERMARKET_SMTP_URL") from None
    if not is_whole:
        raise MailNotSet(setting="VOUCHERMARKET_SMTP_URL")
    if not is_address(settings.smtp_sender):
        raise MailNotSet(setting="VOUCHERMARKET_SMTP_SENDER")
    if not urlsplit(settings.base_url).hostname:
        raise MailNotSet(setting="VOUCHERMARKET_BASE_URL")
    return Post(server, settings.smtp_sender, settings.base_url)
