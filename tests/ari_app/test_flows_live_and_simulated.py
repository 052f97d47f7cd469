"""Whatever the flow and whatever the caller does: does the live call go the very way that the simulator tells?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from ari_app.centre import Centre, Number, load_centre
from ari_app.lookups import LookupAnswer
from ari_app.services import AgiServer, HttpService, Services
from ivr_flows.calendars import Calendar
from ivr_flows.expressions import Value
from ivr_flows.flow import Flow
from ivr_flows.messages import AskCallable, AskHours, AskService, ConnectWith, Request, RunAgi
from ivr_flows.rehearsal import Rehearsal
from ivr_flows.session import Session, TraceEntry
from tests.ari_app.fake_centre import DEMO, FakeCentre, fake_centre
from tests.fakes.telephony import AgiAnswer
from tests.fakes.virtual_time import VirtualTimeLoop
from tests.ivr_flows.test_interpreter_properties import FLOWS, OTHER

NUMBER = "900100299"
DOES = st.lists(
    st.text("0123456789*#", min_size=1, max_size=4) | st.sampled_from(["listens", "waits", "4111111111111111#1228"]),
    max_size=12,
)
DEMO_CENTRE = load_centre(DEMO)


def made_live(flow: Flow) -> Flow:
    """A random flow as the fake world can run it: into a queue that there is, all said by prompts, one length of silence, and
    without voicemail, where keys are the recorder's."""
    shape = json.loads(json.dumps(flow.model_dump(mode="json", exclude_unset=True)))
    for step in shape["steps"].values():
        if step["kind"] == "voicemail":
            step.clear()
            step.update(kind="hang_up", reason="no_voicemail")
        if step["kind"] == "transfer":
            step["number_from"] = "caller"
        if "queue" in step:
            step["queue"] = "soporte"
        if step["kind"] in ("menu", "survey", "callback", "collect", "payment"):
            step["timeout_s"] = 5
        if step["kind"] in ("collect", "payment"):
            step["between_s"] = 5
        for field in ("prompts", "card", "expiry", "code"):
            if field in step:
                step[field] = ["p" for _ in step[field]]
    return Flow.model_validate(shape)


def centre_with(flow: Flow) -> Centre:
    said = dict.fromkeys(("es", "en"), ("sound:p",))
    return replace(
        DEMO_CENTRE,
        flows={"f": flow, "other": OTHER},
        flow_versions={"f": "0" * 12, "other": "0" * 12},
        numbers=(*DEMO_CENTRE.numbers, Number(NUMBER, "f", "default", None, "soporte")),
        allowed_numbers=(),
        media={**DEMO_CENTRE.media, "p": said, "q": said},
        calendars={"c": Calendar("Europe/Madrid")},
        services=Services(
            {name: HttpService(name, "http://127.0.0.1:1/", "POST", {}, 1.0, 0) for name in ("s", "pay")},
            {"a": AgiServer("a", "agi://127.0.0.1:1/a", 5.0)},
        ),
    )


def world(status: int | None) -> Any:
    """What the fake centre's world answers."""

    def answers(session: Session, request: Request) -> tuple[str, Mapping[str, Value]]:
        match request:
            case AskHours():
                return "open", {}
            case AskService(saved=saved):
                return str(status or "failed"), dict.fromkeys(name for name, _ in saved)
            case RunAgi(saved=saved):
                return "next", {name: "7" for name, _ in saved}
            case AskCallable() | ConnectWith():
                return ("no" if isinstance(request, AskCallable) else "failed"), {}
            case _:
                raise AssertionError("no flow here takes messages")

    return answers


def simulated(flow: Flow, does: list[str], status: int | None) -> list[TraceEntry]:
    session = Session.begin({"f": flow, "other": OTHER}, "f", caller="600111222", number=NUMBER)
    talk = Rehearsal(session, world(status))
    for what in does:
        {"listens": talk.listens, "waits": talk.waits}.get(what, lambda keys=what: talk.presses(keys))()
    talk.hangs_up()
    return list(talk.session.trace)


async def live(flow: Flow, does: list[str], status: int | None, folder: Path) -> list[TraceEntry]:
    async with fake_centre(folder, centre=centre_with(flow)) as centre:
        for service in ("s", "pay"):
            centre.services.answers[service] = LookupAnswer(status, {})
        centre.telephony.agi_services["agi://somewhere/a"] = AgiAnswer({"Y": "7"})
        shown = await centre.calls(number=NUMBER)
        await settled(centre)
        for what in does:
            if centre.call(shown.id).stage not in ("menu", "new"):
                break
            await _do(centre, what, shown.id)
        if "caller" in centre.telephony.channels_up:
            centre.telephony.hangs_up("caller")
        await settled(centre)
        return [entry for journey in centre.journeys for entry in journey.trace]


async def settled(centre: FakeCentre) -> None:
    """Also for a flow that asks one service after the other until it has gone on too long."""
    for _ in range(15):
        await centre.settle()


async def _do(centre: FakeCentre, what: str, call: str) -> None:
    match what:
        case "listens" | "waits":
            while centre.call(call).stage == "menu" and centre.telephony.channels_up["caller"].playback is not None:
                centre.telephony.prompt_ends("caller")
                await settled(centre)
            if what == "waits" and centre.call(call).stage == "menu":
                await asyncio.sleep(5.5)
                await settled(centre)
        case keys:
            for key in keys:
                if centre.call(call).stage == "menu":
                    centre.telephony.presses("caller", key)
                    await settled(centre)


@settings(deadline=None, max_examples=60)
@given(FLOWS.map(made_live), DOES, st.sampled_from([200, 404, 402, None]))
def test_a_live_call_and_its_simulation_come_to_the_same_steps_in_the_same_way(
    flow: Flow, does: list[str], status: int | None
) -> None:
    # A recording may begin anew at once: here time passes only where a caller waits.
    with (
        patch("ari_app.recorder.ANEW_S", 0.0),
        TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=VirtualTimeLoop) as runner,
    ):
        went = runner.run(live(flow, does, status, Path(folder)))
    assert went == simulated(flow, does, status)
