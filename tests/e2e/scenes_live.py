"""The demo's scenes as real calls: flows, services and people are made for the world of each, with short prompts and waits."""

from __future__ import annotations

import json
import wave
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from ari_app.centre import load_centre
from ivr_flows.located_yaml import load, read
from ivr_flows.messages import JoinQueue
from ivr_flows.rehearsal import steps_entered
from ivr_flows.scenes import Scene, Scenes, Stage, gone_through, transcript
from ivr_flows.worlds import Answer, Given, hours_at
from sip_agents.tones import sine
from tests.e2e.stack import PROJECT, quick_centre

DEMO: Final = PROJECT / "centres" / "valdeluna"
CENTRE: Final = load_centre(DEMO)
PROMPT_S, PIECE_S, WAIT_S = 0.4, 0.1, 1.5
GREETING_S: Final = 1.2
"""Long enough for a caller to hang up in it."""
SERVES, ON_DUTY, ABSENT = "1201", "1202", "1015"
"""The operator of the queue that serves; who is on duty, and who is not there."""


@dataclass(frozen=True, slots=True)
class LiveScene:
    """A scene, its number, the caller's number, and the steps that the simulator comes to."""

    place: int
    flow: str
    scene: Scene
    given: Given
    steps: tuple[str, ...]
    ending: str

    @property
    def number(self) -> str:
        return f"9009{self.place:05d}"

    @property
    def caller(self) -> str:
        return f"600{self.place:06d}"

    @property
    def contact(self) -> str:
        """The number of the customer's own contact."""
        return f"91{self.place:07d}"

    def answers(self, step: str) -> tuple[Answer, ...]:
        return self.given.answers.get(step, ())

    def outcome(self, step: str, unsaid: str) -> str:
        """What comes of a request that is answered by its outcome."""
        given = self.answers(step)
        return (given[0].outcome or unsaid) if given else unsaid

    def live_name(self, flow: str) -> str:
        return f"s{self.place}_{flow}"


def live_scenes() -> list[LiveScene]:
    """All of the demo, but for those whose world cannot be made: no test here takes the recorder away."""
    stage = Stage(CENTRE.flows, CENTRE.calendars, CENTRE.default_language)
    found: list[LiveScene] = []
    for path in sorted((DEMO / "flows" / "tests").glob("*.yaml")):
        file = load(path.read_text(encoding="utf-8"), str(path), Scenes).value
        for scene in file.scenes:
            caller, _ = gone_through(path.stem, scene, stage, file.worlds)
            given = scene.given.within(file.worlds)
            ending = caller.ending
            assert ending is not None
            told = ending.queue if isinstance(ending, JoinQueue) else ending.reason
            steps = transcript(path.stem, steps_entered(caller.session.trace))
            one = LiveScene(len(found), path.stem, scene, given, steps, told)
            if one.outcome("mensaje", "next") != "failed":
                found.append(one)
    return found


class Services:
    """What the scenes' other systems answer, over HTTP."""

    def __init__(self, scenes: list[LiveScene]) -> None:
        self._scenes = {scene.place: scene for scene in scenes}
        self._asked: Counter[tuple[int, str]] = Counter()
        self.port = 0
        self.bodies: list[Any] = []

    def begin_anew(self) -> None:
        """Every answer from its first turn again."""
        self._asked.clear()

    async def _answer(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        place, step = int(request.match_info["place"]), request.match_info["step"]
        scene = self._scenes[place]
        given = scene.answers(step)
        turn = self._asked[place, step]
        self._asked[place, step] += 1
        if not given:
            return web.Response(status=500)
        answer = given[min(turn, len(given) - 1)]
        body = json.loads(json.dumps(answer.body).replace("912345678", scene.contact))
        return web.json_response(body, status=answer.status or 500)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Services]:
        """While this runs, they answer on a port of their own."""
        app = web.Application()
        app.router.add_post("/{place}/{step}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()


@dataclass(slots=True)
class LiveCentre:
    """Makes the centre's folder: a flow, a number and services for each scene."""

    scenes: list[LiveScene]
    services_port: int
    services: dict[str, Any] = field(default_factory=dict)

    def made(self, folder: Path) -> Path:
        centre = quick_centre(folder)
        for scene in self.scenes:
            for flow in {scene.flow, "identificacion"} if scene.flow == "cliente" else {scene.flow}:
                self._flow(centre, scene, flow)
        numbers = {
            scene.number: {"flow": scene.live_name(scene.flow), "entry": scene.scene.entry} for scene in self.scenes
        }
        _change(centre / "centre.yaml", lambda content: content["numbers"].update(numbers))
        queues = {"servida": SERVES, "guardia": ON_DUTY}
        people = {code: {"name": "Operadora de las escenas", "queues": [queue]} for queue, code in queues.items()}
        _change(centre / "queues.yaml", lambda content: content.update({queue: {"wrap_up_s": 0.1} for queue in queues}))
        _change(centre / "operators.yaml", lambda content: content["operators"].update(people))
        _write(centre / "services.yaml", self._services_file())
        _write(centre / "calendars.yaml", CALENDARS)
        for audio in (centre / "prompts").rglob("*.wav"):
            _short(
                audio, PIECE_S if audio.parent.name == "said" else GREETING_S if audio.stem == "greeting" else PROMPT_S
            )
        return centre

    def _services_file(self) -> dict[str, Any]:
        return {
            "hosts": [f"127.0.0.1:{self.services_port}", "127.0.0.1:1"],
            "http": {**DUMMIES, **self.services},
            "agi": {"lecturas": {"script": "agi/lecturas.py"}, "nadie": {"url": "agi://127.0.0.1:1/nobody"}},
        }

    def _flow(self, centre: Path, scene: LiveScene, flow: str) -> None:
        content = _content(DEMO / "flows" / f"{flow}.yaml")
        for name, step in content["steps"].items():
            self._step(scene, name, step)
        _write(centre / "flows" / f"{scene.live_name(flow)}.yaml", content)

    def _step(self, scene: LiveScene, name: str, step: dict[str, Any]) -> None:
        match step["kind"]:
            case "hours":
                clock = scene.given.clock
                step["calendar"] = hours_at(CENTRE.calendars[step["calendar"]], clock) if clock else "open"
            case "look_up" | "payment":
                service = f"s{scene.place}_{name}"
                url = f"http://127.0.0.1:{self.services_port}/{scene.place}/{name}"
                self.services[service] = {"url": url, "method": "POST", "timeout_s": 5.0, "retries": 0}
                step["service"] = service
            case "agi" if not scene.answers(name):
                step["service"] = "nadie"
            case "transfer" if "operator" in step:
                step["operator"] = ON_DUTY if scene.outcome(name, "over") == "over" else ABSENT
            case "enqueue" if "is_served" in scene.scene.does:
                step["queue"] = "servida"
            case "flow":
                step["flow"] = scene.live_name(step["flow"])
            case _:
                pass
        if step["kind"] in ("menu", "survey", "callback", "collect", "payment"):
            step["timeout_s"] = WAIT_S
        if step["kind"] in ("collect", "payment"):
            step["between_s"] = 2 * WAIT_S


DUMMIES: Final[Mapping[str, Any]] = {
    name: {"url": "http://127.0.0.1:1/", "method": "POST"} for name in ("clientes", "contratos", "pagos")
}
"""For the demo's own flows, which stay in the folder."""
_ALWAYS: Final = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "00:00", "end": "24:00"}]
_AROUND: Final = [(datetime.now(UTC) + timedelta(days)).date().isoformat() for days in (-1, 0, 1)]
CALENDARS: Final[Mapping[str, Any]] = {
    "oficina": {"hours": _ALWAYS},
    "open": {"hours": _ALWAYS},
    "closed": {"hours": _ALWAYS, "exceptions": dict.fromkeys(_AROUND, "closed")},
    "holiday": {"hours": _ALWAYS, "holidays": {"also": _AROUND}},
}


def _content(path: Path) -> dict[str, Any]:
    content, _ = read(path.read_text(encoding="utf-8"), str(path))
    found: dict[str, Any] = content
    return found


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _change(path: Path, change: Any) -> None:
    content = _content(path)
    change(content)
    _write(path, content)


def _short(audio: Path, seconds: float) -> None:
    with wave.open(str(audio), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(sine(700.0, 8000, int(8000 * seconds)).astype("<i2").tobytes())
