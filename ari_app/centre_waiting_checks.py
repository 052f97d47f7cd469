"""Can what queues.yaml promises to a waiting caller be kept? Numbers that may be called, prompts that the engine says itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from ari_app.centre_files import CentreFile
from ari_app.centre_queues import DestinationEntry, QueueEntry, QueuesFile
from ari_app.outbound import is_allowed
from ivr_flows.located_yaml import Located, Path
from ivr_flows.problems import Problem
from queues.announcing import CALLBACK_OFFER, POSITION_PROMPTS, WAIT_PROMPTS

CALLBACK_PROMPTS: Final = (CALLBACK_OFFER, "callback_agreed", "callback_refused", "callback_greeting")


def check_waiting(
    queues: Located[QueuesFile],
    centre: Located[CentreFile] | None,
    prompts: Mapping[str, Collection[str]] | None,
) -> Iterator[Problem]:
    """Every queue. What is None could not be read, and is not checked against."""
    if centre is None:
        return
    for name, entry in queues.value.root.items():
        for path, to in _ways(entry):
            if to.number is not None and (found := _not_called(to.number, centre.value)):
                yield queues.places.problem((name, *path, "number"), *found)
        if prompts is not None:
            for path, needed in _needed(entry):
                for prompt in needed:
                    for language in sorted(set(centre.value.languages) - set(prompts.get(prompt, ()))):
                        what = f"callers would hear the prompt {prompt!r}, which is missing in {language!r}"
                        yield queues.places.problem(
                            (name, *path), what, "add it to prompts.yaml, the demo centre's has one to begin with"
                        )


def _not_called(number: str, centre: CentreFile) -> tuple[str, str] | None:
    if not any(carrier.outbound for carrier in centre.carriers):
        return "no carrier takes calls to the outside", "give one an outbound address in centre.yaml"
    if not is_allowed(number, centre.allowed_numbers):
        return f"{number!r} may not be called", "add it to allowed_numbers in centre.yaml"
    return None


def _ways(entry: QueueEntry) -> Iterator[tuple[Path, DestinationEntry]]:
    for index, way in enumerate(entry.exits):
        yield ("exits", index, "to"), way.to
    for key, to in entry.keys.items():
        yield ("keys", key), to


def _needed(entry: QueueEntry) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The engine's own prompts that this queue's callers can hear: (where that follows from, the prompts)."""
    if entry.announce.position:
        yield ("announce", "position"), POSITION_PROMPTS
    if entry.announce.wait:
        yield ("announce", "wait"), WAIT_PROMPTS
    if entry.callback.offer_after_s is not None or entry.callback.offer_when_waiting is not None:
        yield ("callback",), CALLBACK_PROMPTS
    for path, to in _ways(entry):
        if to.callback:
            yield (*path, "callback"), CALLBACK_PROMPTS[1:]
        if to.voicemail is not None:
            yield (*path, "voicemail"), ("voicemail",)
