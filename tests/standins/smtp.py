"""Stands for a mail server: keeps what it accepts, and refuses the recipients that a test names."""

from __future__ import annotations

import asyncio
from email import message_from_string
from email.message import Message


class StandInMail:
    """`mails` are (recipient, message); `answers` maps a recipient to the line that refuses it."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, Message]] = []
        self.answers: dict[str, str] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        writer.write(b"220 stand-in\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                writer.write((self.answers.get(recipient, "250 ok") + "\r\n").encode())
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                if (data := await _data(reader)) is None:
                    break
                self.mails.append((recipient, message_from_string(data)))
                writer.write(b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()


async def _data(reader: asyncio.StreamReader) -> str | None:
    """The words of a mail; None where the sender hung up before their end."""
    lines: list[str] = []
    while sent := await reader.readline():
        if (line := sent.decode().rstrip("\r\n")) == ".":
            return "\n".join(lines)
        lines.append(line.removeprefix(".") if line.startswith("..") else line)
    return None
