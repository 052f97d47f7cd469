"""How does the demo's call go? Register, ready, dial, menu, queue, ring, talk, hang up, wrap-up, recording."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ari_app.demo.api_client import ApiClient, ApiRefused
from ari_app.demo.recording import hear_recording
from ari_app.demo.timeline import Timeline
from ari_app.settings import Settings
from sip_agents import SipAgent, SipError
from sip_agents.incoming import IncomingCall
from sip_agents.outgoing import OutgoingCall

NUMBER: Final = "900100200"
CARRIER_ADDRESS: Final = "127.0.0.2"
CALLER_NUMBER: Final = "600111222"
SUPERVISOR: Final = "2001"
CALLER_HZ: Final = 440.0
OPERATOR_HZ: Final = 1250.0
RINGS_S: Final = 0.3
TALKS_S: Final = 1.5
CHOICES: Final = (
    ("soporte", "2", range(1009, 1011)),
    ("ventas", "1", range(1001, 1004)),
    ("reclamaciones", "3", range(1017, 1019)),
)
"""Queues in the order of trying: the name, the menu's key, and operators of the demo who serve it."""


class DemoFailed(Exception):
    """A step that the demo needs did not happen; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: an operator whose phone is free, in a queue that nobody else serves right now."""

    operator: str
    queue: str
    digit: str


async def run_demo(settings: Settings, *, as_json: bool) -> int:
    """Play the demo; returns 0 if every step went well. Prints a timeline, or with ``as_json`` one JSON object."""
    timeline = Timeline(time.monotonic, say=(lambda _line: None) if as_json else print)
    if not as_json:
        print(f"One caller ({CALLER_HZ:g} Hz) dials {NUMBER}; one operator ({OPERATOR_HZ:g} Hz) answers.")
    try:
        async with asyncio.timeout(90), ApiClient(settings.api_url) as api:
            await _play(settings, api, timeline)
    except (DemoFailed, ApiRefused, SipError) as failed:
        timeline.add("failed", str(failed), ok=False)
    except TimeoutError:
        timeline.add("failed", "the demo took longer than 90 s", ok=False)
    print(timeline.as_json() if as_json else _closing_words(timeline))
    return 0 if timeline.ok else 1


def _closing_words(timeline: Timeline) -> str:
    if not timeline.ok:
        return "The demo FAILED: see the step above; `centralita doctor` may know why."
    assert timeline.recording is not None
    return f"All {len(timeline.steps)} steps went well. Recording: {timeline.recording.path}"


async def _play(settings: Settings, api: ApiClient, timeline: Timeline) -> None:
    await api.log_in(SUPERVISOR, settings.demo_web_secret)
    cast = await _choose_cast(api)
    registrar = settings.registrar
    async with (
        SipAgent(
            registrar=registrar, user=cast.operator, secret=settings.demo_sip_secret, tone_hz=OPERATOR_HZ
        ) as phone,
        SipAgent(CARRIER_ADDRESS, registrar=registrar, user=CALLER_NUMBER, tone_hz=CALLER_HZ) as carrier,
    ):
        await phone.register()
        timeline.add("phone_registered", f"operator {cast.operator}")
        await api.set_state(cast.operator, "ready")
        try:
            await _until_operator(api, cast.operator, "ready", reachable=True)
            timeline.add("operator_ready", f"operator {cast.operator} for {cast.queue}")
            call_id = await _the_call(cast, phone, carrier, api, timeline)
            await _after_the_call(settings, cast, call_id, api, timeline)
        finally:
            await api.set_state(cast.operator, "logged_out")


async def _choose_cast(api: ApiClient) -> Cast:
    queues = {queue["name"]: queue for queue in (await api.get("queues"))["items"]}
    operators = (await api.get("operators"))["items"]
    free = {o["code"] for o in operators if o["state"] == "logged_out" and o["phone"] == "unreachable"}
    for queue, digit, codes in CHOICES:
        phones = [str(code) for code in codes if str(code) in free]
        if phones and queue in queues and queues[queue]["ready"] == queues[queue]["waiting"] == 0:
            return Cast(phones[0], queue, digit)
    raise DemoFailed("every demo queue is in use by real operators or callers; the demo would take their calls")


async def _the_call(cast: Cast, phone: SipAgent, carrier: SipAgent, api: ApiClient, timeline: Timeline) -> str:
    """From the INVITE to both BYEs; returns the call's id."""
    call = await carrier.call(NUMBER, from_user=CALLER_NUMBER)
    timeline.add("number_dialled", f"{CALLER_NUMBER} -> {NUMBER}", at=call.times["invite_sent"])
    await call.answered(5)
    timeline.add("answered", "200 OK", at=call.times["answered"])
    await _until_speech(call)
    timeline.add("greeting_heard", "the menu speaks")
    await call.send_digit(cast.digit)
    pressed = time.monotonic()
    timeline.add("digit_pressed", f"{cast.digit} ({cast.queue})", at=pressed)
    incoming = await phone.incoming(15)
    timeline.add(
        "phone_rings",
        f"INVITE {(incoming.received_at - pressed) * 1000:.1f} ms after the digit",
        at=incoming.received_at,
    )
    shown = await _shown_call(api, cast.operator)
    timeline.add("status_shows_ringing", f"call {shown['id']} in {shown['queue']}")
    incoming.ring()
    await asyncio.sleep(RINGS_S)
    await incoming.answer()
    timeline.add("operator_answered", f"after {RINGS_S:g} s", at=incoming.times["answered"])
    await _talk(call, incoming, timeline)
    await incoming.hang_up()
    timeline.add("operator_hung_up", "BYE")
    reason = await call.ended(5)
    timeline.add("caller_released", reason, ok=reason == "remote_bye")
    return str(shown["id"])


async def _until_speech(call: OutgoingCall) -> None:
    async def speaks() -> bool:
        return not call.heard.silent()

    if not await _within(5, speaks):
        raise DemoFailed("the caller heard no greeting within 5 s; are the prompts there? (`centralita doctor`)")


async def _talk(call: OutgoingCall, incoming: IncomingCall, timeline: Timeline) -> None:
    both = (CALLER_HZ, OPERATOR_HZ)
    await call.heard_only([OPERATOR_HZ], both, 5)
    timeline.add("caller_hears_operator", f"{OPERATOR_HZ:g} Hz and nothing else")
    await incoming.heard_only([CALLER_HZ], both, 5)
    timeline.add("operator_hears_caller", f"{CALLER_HZ:g} Hz and nothing else")
    await asyncio.sleep(TALKS_S)


async def _shown_call(api: ApiClient, operator: str) -> dict[str, str]:
    for shown in (await api.get("calls"))["items"]:
        if shown["operator"] == operator and shown["stage"] == "ringing":
            return dict(shown)
    raise DemoFailed(f"the API shows no call that rings at {operator}")


async def _after_the_call(settings: Settings, cast: Cast, call_id: str, api: ApiClient, timeline: Timeline) -> None:
    await _until_operator(api, cast.operator, "wrap_up", "ready")
    timeline.add("wrap_up", f"operator {cast.operator}")
    await api.set_state(cast.operator, "ready")
    await _until_operator(api, cast.operator, "ready")
    timeline.add("ready_again", "wrap-up ended by the operator")
    shown = await api.get(f"calls/{call_id}")
    if not shown["recording"]:
        raise DemoFailed("the conversation was not recorded; the controller's log says why")
    wav = await api.recorded(call_id)
    place = settings.recordings_store_url.removeprefix("file://")
    timeline.recording = hear_recording(wav, CALLER_HZ, OPERATOR_HZ, f"{place}/{shown['recording']}")
    heard = timeline.recording
    timeline.add(
        "recording_kept",
        f"left {heard.left_hz:g} Hz, right {heard.right_hz:g} Hz, {heard.duration_s:.2f} s",
        ok=heard.left_is_caller and heard.right_is_operator,
    )


async def _until_operator(api: ApiClient, code: str, *states: str, reachable: bool = False) -> None:
    """Wait until the operator is shown in one of ``states``."""
    shown: dict[str, str] = {}

    async def is_shown() -> bool:
        shown.update(await api.get(f"operators/{code}"))
        return shown["state"] in states and (not reachable or shown["phone"] == "reachable")

    if not await _within(10, is_shown):
        raise DemoFailed(f"operator {code} is {shown['state']} with phone {shown['phone']}, not {' or '.join(states)}")


async def _within(seconds: float, happened: Callable[[], Awaitable[bool]]) -> bool:
    """Look every 20 ms; False if it has not happened after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not await happened():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
