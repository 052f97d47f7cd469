"""How does a test speak to Asterisk's manager interface? Actions and their answers; nothing of the engine is in it."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

Message = dict[str, str]


class ActionFailed(Exception):
    """Asterisk said no."""


class Ami:
    """One logged-in session, for one question at a time: ``async with Ami(host, port, user, secret) as ami``."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._address = host, port
        self._login = {"Username": user, "Secret": secret, "Events": "off"}

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        await self._reader.readline()  # the greeting
        await self.ask("Login", **self._login)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, action: str, **fields: str) -> list[Message]:
        """The answer, and for an action that lists things, each of them behind it. Raises ActionFailed."""
        lines = (f"{name}: {value}\r\n" for name, value in {"Action": action, **fields}.items())
        self._writer.write("".join((*lines, "\r\n")).encode())
        async with asyncio.timeout(5):
            answers = [await self._read()]
            if answers[0]["Response"] != "Success":
                raise ActionFailed(f"{action}: {answers[0].get('Message')}")
            while answers[0].get("EventList") == "start" and answers[-1].get("EventList") != "Complete":
                answers.append(await self._read())
        return answers

    async def _read(self) -> Message:
        message: Message = {}
        while line := (await self._reader.readline()).decode().rstrip("\r\n"):
            name, _, value = line.partition(":")
            message[name] = value.strip()
        return message
