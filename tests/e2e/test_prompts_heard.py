"""Every prompt of the demo, in both languages, played to a phone: is it sound, of the length that its file has?"""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from ari_app.centre import Centre, load_centre
from sip_agents import OutgoingCall
from tests.e2e.stack import PROJECT, Stack, quick_centre, running_stack

DEMO = PROJECT / "centres" / "valdeluna"
AT_ONCE = 25
SPEECH = 100.0
"""The root mean square of 20 ms that is speech: about -50 dBFS."""


def prompts_of(centre: Centre) -> list[tuple[str, str]]:
    """(prompt, language) of all that callers and operators may be told."""
    return [(prompt, language) for prompt, languages in centre.media.items() for language in languages]


CENTRE = load_centre(DEMO)
PROMPTS = prompts_of(CENTRE)


def item_of(prompt: str) -> object:
    """As a flow says it: by its id, or as the text itself where that is written in a flow."""
    texts = {text.language: text.text for text in CENTRE.texts if text.prompt == prompt}
    return {"text": texts} if prompt.startswith("text_") else prompt


def number_of(place: int) -> str:
    return f"9008{place:05d}"


def centre_that_says_all(folder: Path) -> Path:
    """Numbers that each say one prompt in one language, and hang up."""
    centre = quick_centre(folder)
    lines = []
    for place, (prompt, language) in enumerate(PROMPTS):
        flow = {
            "entries": {"default": "language"},
            "steps": {
                "language": {"kind": "language", "to": language, "next": "says"},
                "says": {"kind": "hang_up", "reason": "said", "prompts": [item_of(prompt)]},
            },
        }
        (centre / "flows" / f"says_{place}.yaml").write_text(json.dumps(flow), encoding="utf-8")
        lines.append(f"  {number_of(place)}: {{flow: says_{place}}}\n")
    path = centre / "centre.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("numbers:\n", "numbers:\n" + "".join(lines), 1), "utf-8")
    return centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def saying_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("prompts"), centre=centre_that_says_all) as stack:
        yield stack


@pytest.mark.timeout(240)
async def test_every_prompt_is_heard_in_its_language_and_in_full(saying_stack: Stack) -> None:
    stack, gate = saying_stack, asyncio.Semaphore(AT_ONCE)
    async with stack.carrier() as carrier:

        async def heard(place: int) -> str | None:
            async with gate:
                began = asyncio.get_running_loop().time()
                call = await carrier.call(number_of(place), from_user="600111222")
                await call.ended(timeout_s=60)
                return _wrong(PROMPTS[place], call, began, asyncio.get_running_loop().time())

        told = await asyncio.gather(*(heard(place) for place in range(len(PROMPTS))))
    assert [one for one in told if one] == []
    await stack.nothing_is_left()


def _wrong(prompt: tuple[str, str], call: OutgoingCall, began: float, ended: float) -> str | None:
    """What is wrong with what was heard; None if nothing is."""
    sound = call.heard.between(call.times.get("answered", began), ended)
    spoken_s = _speech_s(sound.astype(np.float64))
    expected_s = _made_s(*prompt)
    name = f"{prompt[0]} in {prompt[1]}"
    if expected_s is None:  # one of Asterisk's own recordings
        return None if spoken_s > 0.2 else f"{name}: only {spoken_s:.2f} s of sound"
    if not 0.8 * expected_s - 0.1 < spoken_s < 1.2 * expected_s + 0.1:
        return f"{name}: {spoken_s:.2f} s of speech, its file has {expected_s:.2f} s"
    return None


def _made_s(prompt: str, language: str) -> float | None:
    """How much speech its file has; None if it is not of ours."""
    media = CENTRE.prompt_media(prompt, language)
    path = Path(media[0].removeprefix("sound:")).with_suffix(".wav")
    if not path.is_absolute():
        return None
    with wave.open(str(path), "rb") as file:
        return _speech_s(np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64))


def _speech_s(sound: npt.NDArray[np.float64]) -> float:
    """The seconds in 20 ms parts that are louder than SPEECH."""
    parts = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    return float(np.count_nonzero(np.sqrt((parts**2).mean(axis=1)) > SPEECH)) * 0.02
