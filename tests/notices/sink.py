"""A mail server on the loopback that keeps what it gets, and breaks off where it is told to."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage


class Sink:
    """Speaks SMTP. `answers` gives the reply to a command instead of the usual one; `""` hangs up."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str, ...]] = []
        self.answers: dict[str, str] = {}
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        recipients: list[str] = []
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            word = line.split(" ")[0].upper()
            usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 ok")
            answer = self.answers.get(word, usual)
            if word == "RCPT":
                recipients.append(line[line.index("<") :])
            if not answer:
                break
            writer.write(f"{answer}\r\n".encode())
            if word == "DATA" and answer.startswith("354"):
                self._keep(await reader.readuntil(b"\r\n.\r\n"), recipients)
                if not (taken := self.answers.get("END", "250 taken")):
                    break
                writer.write(f"{taken}\r\n".encode())
            if word == "QUIT":
                break
        writer.close()

    def _keep(self, content: bytes, recipients: list[str]) -> None:
        # In a client's own letters a line that begins with a dot has got a second one.
        whole = content[:-3].replace(b"\r\n..", b"\r\n.")
        self.letters.append(email.message_from_bytes(whole, policy=email.policy.default))
        self.envelopes.append(tuple(recipients))

    def texts(self) -> list[str]:
        return [one.get_content() for one in self.letters]


@asynccontextmanager
async def sink_open() -> AsyncIterator[Sink]:
    """A sink at a port of its own."""
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield sink
