"""How does a plain script of Asterisk's tradition serve a call? Its stdin and stdout are the AGI connection, its end is the end.

The script sees what it would see under Asterisk's own ``AGI(script)``: the agi_* headers up to an empty line, then answers to
what it prints, and SIGHUP when the caller has hung up. No shell runs, and nothing that a caller says or keys is in its arguments.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, Protocol

import structlog

from ari_app.services import AgiScript

log = structlog.get_logger(__name__)
ENVIRONMENT: Final[Mapping[str, str]] = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
"""All that a script is given of ours: no secret stands in it."""
LETS_GO_S: Final = 2.0
"""From the loss of the connection, and so from SIGHUP on, until the script and all that it started is killed."""
LAST_ANSWERS_S: Final = 2.0
COMPLAINTS_KEPT: Final = 20
LONGEST_COMPLAINT: Final = 200
CHUNK: Final = 4096

ScriptEnd = Literal["done", "failed", "late", "left"]
"""Ended well; with another status than 0; killed at its deadline; the caller, or we, left it."""


class Lines(Protocol):
    """What Asterisk says."""

    async def readline(self) -> bytes:
        """One line, its end included; empty once the connection has ended."""
        ...


async def run_script(
    script: AgiScript, headers: Mapping[str, str], asterisk: Lines, to_asterisk: asyncio.StreamWriter, deadline_s: float
) -> ScriptEnd:
    """Let ``script`` serve the call. Raises OSError if it cannot be started. Nothing of it runs afterwards."""
    process = await _started(script.path)
    running = _Running(script.name, process, asterisk, to_asterisk)
    try:
        async with asyncio.timeout(deadline_s):
            return await running.serve(headers)
    except TimeoutError:
        return "late"
    finally:
        running.kill()


async def _started(path: Path) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        str(path),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        cwd=path.parent,
        env=dict(ENVIRONMENT),
        start_new_session=True,  # a process group of its own, so that it ends with all that it has started
    )


def plain_headers(script: str, headers: Mapping[str, str]) -> Iterator[str]:
    """The headers as a script knows them: nothing of the network, and the arguments counted without the script's own name."""
    for name, value in headers.items():
        kind, _, number = name.rpartition("_")
        if name == "agi_request":
            yield f"{name}: {script}\n"
        elif kind == "agi_arg" and number.isdigit():
            if number != "1":
                yield f"agi_arg_{int(number) - 1}: {value}\n"
        elif not name.startswith("agi_network"):
            yield f"{name}: {value}\n"
    yield "\n"


async def tell_failed(status: str, asterisk: Lines, to_asterisk: asyncio.StreamWriter) -> None:
    """The dialplan takes ``status`` for the service's, and Asterisk has ended with all that the script had asked before.

    Asterisk goes on after the half that we close has ended; only then does it close its own. Closing at once would lose what it
    has not read yet.
    """
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(LAST_ANSWERS_S):
            if status:
                to_asterisk.write(f'SET VARIABLE CENTRALITA_AGI_FAILED "{status}"\n'.encode())
            to_asterisk.write_eof()
            while await asterisk.readline():
                pass


class _Running:
    """One script at work."""

    def __init__(
        self, name: str, process: asyncio.subprocess.Process, asterisk: Lines, to_asterisk: asyncio.StreamWriter
    ) -> None:
        self._name = name
        self._process = process
        self._asterisk = asterisk
        self._to_asterisk = to_asterisk

    async def serve(self, headers: Mapping[str, str]) -> ScriptEnd:
        """Until the script has ended, or the connection has and it was given time to see it."""
        process = self._process
        assert process.stdin is not None
        process.stdin.write("".join(plain_headers(self._name, headers)).encode())
        to_script = asyncio.ensure_future(self._carry_answers(process.stdin))
        from_script = asyncio.ensure_future(self._carry_commands())
        complaints = asyncio.ensure_future(self._note_complaints())
        try:
            await asyncio.wait({to_script, from_script}, return_when=asyncio.FIRST_COMPLETED)
            if not from_script.done():
                await self._leave()
                return "left"
            to_script.cancel()
            await asyncio.wait({to_script})  # two must not read from Asterisk at once
            status = await process.wait()
            await asyncio.wait({complaints}, timeout=LAST_ANSWERS_S)
            return "done" if status == 0 else "failed"
        finally:
            for task in (to_script, from_script, complaints):
                task.cancel()

    async def _carry_answers(self, stdin: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError):  # ValueError: a line without end
            while line := await self._asterisk.readline():
                if line == b"HANGUP\n":  # said only to servers; a script gets the signal
                    self._signal(signal.SIGHUP)
                    continue
                with contextlib.suppress(ConnectionError):  # it has closed its input; what it says may still count
                    stdin.write(line)
                    await stdin.drain()

    async def _carry_commands(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with contextlib.suppress(ConnectionError):
            while said := await stdout.read(CHUNK):
                self._to_asterisk.write(said)
                await self._to_asterisk.drain()

    async def _note_complaints(self) -> None:
        """What it writes to stderr, line by line, up to a measure; the rest is read, lest the script wait for ever."""
        stderr = self._process.stderr
        assert stderr is not None
        left, rest = COMPLAINTS_KEPT, b""
        while said := await stderr.read(CHUNK):
            *lines, rest = (rest + said).split(b"\n")
            for line in lines[:left]:
                self._note(line)
            left, rest = max(0, left - len(lines)), rest[:LONGEST_COMPLAINT]
        if rest and left:
            self._note(rest)

    def _note(self, line: bytes) -> None:
        log.warning("agi_script_says", script=self._name, line=line[:LONGEST_COMPLAINT].decode(errors="replace"))

    async def _leave(self) -> None:
        """The caller has gone, or was taken away: the script may still tidy up."""
        self._signal(signal.SIGHUP)
        if self._process.stdin is not None:
            self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LETS_GO_S):
                await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def kill(self) -> None:
        """It, and whatever it has started. Immediate, so that nothing cuts it short."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
