"""What can a caller's name, number or dialled digits do? Nothing but be a caller's: no command runs, no line of any file breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from ari_app.adapters.journal_files import read_files
from sip_agents import SipAgent
from tests.e2e.stack import Stack
from tests.e2e.test_journal import written
from tests.security.raw_sip import raw_sip, sdp

CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
BOTH = (CALLER_HZ, OPERATOR_HZ)
NAMES: Final = (
    "${{SHELL(touch {mark})}}",
    "${{SYSTEM(touch {mark})}}",
    "$(touch {mark})",
    "`touch {mark}`",
    "; touch {mark} ;",
    "| touch {mark} & touch {mark}",
    '" ; touch {mark} "',
    "' || touch {mark} || '",
    "%0d%0aAction: Command%0d%0aCommand: !touch {mark}%0d%0a",
    "\\r\\nAction: Originate\\r\\n",
    "a|b|c|d|e|f",
    "../../../../{mark}",
    "{{{{7*7}}}} {{%raw%}}",
    "<script>alert(1)</script>",
    "Ñandú \u202e\u0000\u4e2d\u0661 \U0001f600",
    "x" * 2000,
    "*3 EVAL 'x' 0\\nFLUSHALL",
)
RECORDING: Final = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9]{8}-[0-9]{6}-[0-9a-f]{8}[A-Za-z0-9_.-]*")


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[Path]:
    """A file that is there afterwards if anything was executed."""
    yield tmp_path / "mark"
    assert list(tmp_path.iterdir()) == []


def filled(name: str, mark: Path) -> str:
    return name.format(mark=mark).replace("\u0000", "")


async def nothing_broke(stack: Stack) -> None:
    """Each line of the engine's log and the journal is JSON, each of queue_log has its five fields at least, none holds a control
    character; and the log tells of no failure."""
    log = (stack.settings.state / "log" / "engine.out").read_text(encoding="utf-8")
    for line in log.splitlines():
        entry = json.loads(line)
        assert entry["event"] not in ("call_failed", "background_work_failed"), entry
    files = sorted(stack.settings.journal.glob("*.jsonl"))
    assert [note for note in read_files(files)[1] if "torn" not in note] == []
    for line in stack.settings.queue_log_file.read_text(encoding="utf-8").split("\n"):
        assert not line or re.fullmatch(r"[0-9]+\|[^|]*\|[^|]*\|[^|]*\|[^|]*(\|[^|]*)*", line), line
        assert line.isprintable()
        assert "touch" not in line


@pytest.mark.parametrize("nth", range(len(NAMES)))
async def test_a_call_with_a_hostile_name_and_number_is_served_recorded_and_harmless(
    stack: Stack, mark: Path, nth: int
) -> None:
    hostile = filled(NAMES[nth], mark)
    async with (
        stack.operator("1009", OPERATOR_HZ) as phone,
        SipAgent("127.0.0.2", registrar=stack.registrar, tone_hz=CALLER_HZ) as carrier,
        stack.watch() as watch,
    ):
        call = await carrier.call("900100201", from_user=quote(hostile[:200], safe="$&=+,;()*!~'"), display=hostile)
        await call.answered()
        incoming = await phone.incoming()
        await incoming.answer()
        await call.heard_only([OPERATOR_HZ], BOTH)
        await incoming.heard_only([CALLER_HZ], BOTH)
        shown = await watch.call(stage="talking")
        await call.hang_up()
        ended = await watch.call(id=shown["id"], stage="ended")
    text = json.dumps(ended)
    assert RECORDING.fullmatch(ended["recording"])
    assert ended["caller"].isprintable()
    assert not [word for word in ("touch", "${", "script", "FLUSHALL", "SHELL") if word in text]
    if nth < 3:  # it is kept under that name, too
        assert (await stack.recorded(ended["recording"])).startswith(b"RIFF")
    await written(stack, ended["id"])
    await nothing_broke(stack)


async def test_hostile_text_as_the_dialled_number_reaches_the_announcement_or_nothing(stack: Stack, mark: Path) -> None:
    at = f"{stack.registrar[0]}:{stack.registrar[1]}"
    async with raw_sip(stack.registrar, "127.0.0.2") as carrier, stack.watch() as watch:
        for name in NAMES:
            for dialled in (filled(name, mark), f"900100201{filled(name, mark)}", f"900{filled(name, mark)}"):
                sender = "<sip:600111222@127.0.0.2>"
                uri = f"sip:{quote(dialled, safe='')}@{at}"
                answer = await carrier.ask(
                    "INVITE", uri, sender, to="<sip:x@127.0.0.1>", body=sdp("127.0.0.2"), within_s=2.0
                )
                assert answer.status in (0, 200, 400, 404, 414, 416, 484, 500, 503), (dialled, answer)
        assert await watch.listed("calls") == set()
    await nothing_broke(stack)


async def test_header_lines_hidden_in_names_are_headers_of_a_call_and_nothing_else(stack: Stack, mark: Path) -> None:
    """A line end in a name makes the rest another header: of SIP, which a caller may send anyway."""
    at = f"sip:900100201@{stack.registrar[0]}:{stack.registrar[1]}"
    async with raw_sip(stack.registrar, "127.0.0.2") as carrier:
        for name in (
            "a\r\nX-Evil: 1",
            f"a\r\n\r\nAction: Command\r\nCommand: !touch {mark}",
            "a\nb",
            "a\x00b",
            '"',
            "\\",
        ):
            answer = await carrier.ask(
                "INVITE", at, f'"{name}" <sip:600111222@127.0.0.2>', body=sdp("127.0.0.2"), within_s=0.5
            )
            assert answer.status in (0, 200, 400, 503)
    await stack.nothing_is_left()
    await nothing_broke(stack)
