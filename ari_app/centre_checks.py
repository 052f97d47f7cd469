"""Do the centre's files agree with each other? Every name that one file uses must stand in another."""

from __future__ import annotations

import wave
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from ari_app.centre_files import CentreFile, OperatorsFile, PromptsFile
from ari_app.pauses import ENGINES_OWN
from ari_app.texts import Text
from ivr_flows.flow import Flow
from ivr_flows.located_yaml import Located
from ivr_flows.problems import Problem, choose_among
from ivr_flows.steps import Return

ENGINE_PROMPTS: Final[Mapping[str, str]] = {
    "all_busy": "while the engine is away and nobody is free",
    "technical_problem": "when something fails",
    "not_in_service": "to whoever dials a number that is not the centre's",
    "state_ready": "to an operator after *11 or *14",
    "state_paused": "to an operator after *12",
    "state_logged_out": "to an operator after *13",
    "state_refused": "to an operator whose state cannot be changed now",
}
"""The prompts that the engine says itself, in any of the centre's languages, and when."""


def check_centre(centre: Located[CentreFile], queues: Collection[str] | None) -> Iterator[Problem]:
    """centre.yaml in itself, and its queues. ``queues`` None: not known, not checked."""
    file, places = centre.value, centre.places
    if file.default_language not in file.languages:
        remedy = choose_among(file.default_language, file.languages, "add it")
        yield places.problem(("default_language",), f"{file.default_language!r} is not among the languages", remedy)
    yield from _carriers_apart(centre)
    yield from _pauses(centre)
    if queues is None:
        return
    named: list[tuple[tuple[str | int, ...], str]] = [(("fallback_queue",), file.fallback_queue)]
    keep = enumerate(file.recordings.keep)
    named += [(("recordings", "keep", index, "queue"), rule.queue) for index, rule in keep if rule.queue is not None]
    for digits, number in file.numbers.items():
        wanted = {"queue": number.queue, "fallback_queue": number.fallback_queue}
        named += [(("numbers", digits, field), queue) for field, queue in wanted.items() if queue is not None]
    for path, queue in named:
        if queue not in queues:
            yield places.problem(
                path, f"there is no queue {queue!r}", choose_among(queue, queues, "add it to queues.yaml")
            )


def check_notice(centre: Located[CentreFile], prompts: Collection[str]) -> Iterator[Problem]:
    """The prompt that tells callers of recordings."""
    notice = centre.value.recording_notice
    if notice is not None and notice not in prompts:
        remedy = choose_among(notice, prompts, "add it to prompts.yaml")
        yield centre.places.problem(("recording_notice",), f"there is no prompt {notice!r}", remedy)


def _carriers_apart(centre: Located[CentreFile]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, carrier in enumerate(centre.value.carriers):
        for field, known_as in [("name", carrier.name), *(("addresses", address) for address in carrier.addresses)]:
            path = ("carriers", index, field)
            if known_as in seen:
                what = f"{known_as!r} stands on line {seen[known_as]} already"
                yield centre.places.problem(
                    path, what, "a carrier is known by its name and addresses: give each its own"
                )
            seen.setdefault(known_as, centre.places.line(*path))


def _pauses(centre: Located[CentreFile]) -> Iterator[Problem]:
    file, places = centre.value, centre.places
    if file.pause_reason_required and not file.pauses:
        yield places.problem(("pause_reason_required",), "there are no reasons to choose from", "add pauses")
    for reason, entry in file.pauses.items():
        if reason in ENGINES_OWN:
            what = f"{reason!r} is the engine's own, for calls that were not taken"
            yield places.problem(("pauses", reason), what, "choose another name")
        for language in entry.names:
            if language not in file.languages:
                remedy = choose_among(language, [*file.languages, "productive"], "remove it")
                yield places.problem(("pauses", reason, language), f"the centre does not speak {language!r}", remedy)


def check_numbers_flows(centre: Located[CentreFile], flows: Mapping[str, Located[Flow] | None]) -> Iterator[Problem]:
    """The flows and entries that numbers lead into. A flow that is None is there but could not be read."""
    for digits, number in centre.value.numbers.items():
        if number.flow is None:
            continue
        if number.flow not in flows:
            remedy = choose_among(number.flow, flows, f"write flows/{number.flow}.yaml")
            yield centre.places.problem(("numbers", digits, "flow"), f"there is no flow {number.flow!r}", remedy)
            continue
        flow = flows[number.flow]
        if flow is not None and (
            inner := [name for name, step in flow.value.steps.items() if isinstance(step, Return)]
        ):
            what = (
                f"the flow {number.flow!r} is one that others go through: it returns (in {inner[0]!r}), and to nothing"
            )
            yield centre.places.problem(
                ("numbers", digits, "flow"), what, "lead the number into one that goes through it"
            )
        if flow is not None and number.entry not in flow.value.entries:
            what = f"the flow {number.flow!r} has no entry {number.entry!r}"
            remedy = choose_among(number.entry, flow.value.entries, "add it")
            yield centre.places.problem(("numbers", digits, "entry"), what, remedy)


def check_people(
    people: Located[OperatorsFile], queues: Collection[str] | None, languages: Collection[str] | None
) -> Iterator[Problem]:
    """Codes that two people share, and queues, languages and teams that are not there."""
    file, places = people.value, people.places
    yield from _teams(people, languages)
    for code, operator in file.operators.items():
        if languages is not None and operator.language is not None and operator.language not in languages:
            remedy = choose_among(operator.language, languages, "add it to the languages in centre.yaml")
            what = f"the centre does not speak {operator.language!r}"
            yield places.problem(("operators", code, "language"), what, remedy)
    seen: dict[str, str] = {}
    for group, entries in (
        ("operators", file.operators),
        ("team_leaders", file.team_leaders),
        ("supervisors", file.supervisors),
        ("coordinators", file.coordinators),
        ("administrators", file.administrators),
    ):
        for code, entry in entries.items():
            if code in seen:
                what = f"the code is taken: it is among the {seen[code]} on line {places.line(seen[code], code)}"
                yield places.problem((group, code), what, "give each person a code of their own")
            seen.setdefault(code, group)
            for queue in getattr(entry, "queues", ()):
                if queues is not None and queue not in queues:
                    remedy = choose_among(queue, queues, "add it to queues.yaml")
                    yield places.problem((group, code, "queues"), f"there is no queue {queue!r}", remedy)


def _teams(people: Located[OperatorsFile], languages: Collection[str] | None) -> Iterator[Problem]:
    """A team that nobody leads, or that nobody is in, is no fault: someone may be about to come."""
    file, places = people.value, people.places
    for team, entry in file.teams.items():
        for language in entry.name:
            if languages is not None and language not in languages:
                remedy = choose_among(language, languages, "add it to the languages in centre.yaml")
                what = f"the centre does not speak {language!r}"
                yield places.problem(("teams", team, "name", language), what, remedy)
        for language in sorted(set(languages or ()) - set(entry.name)):
            what = f"has no name in {language!r}"
            yield places.problem(("teams", team, "name"), what, "give it one in each of the centre's languages")
    for group, entries in (("operators", file.operators), ("team_leaders", file.team_leaders)):
        for code, person in entries.items():
            if person.team is not None and person.team not in file.teams:
                remedy = choose_among(person.team, file.teams, "add it to teams")
                yield places.problem((group, code, "team"), f"there is no team {person.team!r}", remedy)


def check_prompts(prompts: Located[PromptsFile], languages: Collection[str] | None) -> Iterator[Problem]:
    """Languages that the centre does not have, ``same_as`` that leads nowhere, and prompts that the engine needs."""
    entries, places = prompts.value.root, prompts.places
    for prompt, by_language in entries.items():
        for language, entry in by_language.items():
            if languages is not None and language not in languages:
                remedy = choose_among(language, languages, "add it to the languages in centre.yaml")
                yield places.problem((prompt, language), f"the centre does not speak {language!r}", remedy)
            if entry.same_as is not None and (entry.same_as not in by_language or not by_language[entry.same_as].text):
                what = f"there is no text in {entry.same_as!r} to be the same as"
                yield places.problem(
                    (prompt, language, "same_as"), what, "name a language in which this prompt has a text"
                )
    for prompt, when in ENGINE_PROMPTS.items():
        for language in sorted(set(languages or ()) - set(entries.get(prompt, {}))):
            what = f"is missing in {language!r}; the engine says it {when}"
            yield places.problem((prompt,), what, "add it, the demo centre's prompts.yaml has one to begin with")


def check_audio(texts: Iterable[Text], folder: Path) -> Iterator[Problem]:
    """The texts for which no playable audio has been made yet: 8 kHz, 16 bit, mono WAV."""
    for text in texts:
        audio = folder / "prompts" / text.language / f"{text.prompt}.wav"
        if why := why_not_playable(audio):
            yield text.problem(f"{audio} {why}", "`centralita prompts build` makes it from the text")


def why_not_playable(audio: Path) -> str | None:
    """What keeps Asterisk from playing the file as it is; None if nothing does."""
    try:
        with wave.open(str(audio), "rb") as file:
            kind = (file.getframerate(), file.getsampwidth(), file.getnchannels())
            empty = not file.getnframes()
    except FileNotFoundError:
        return "is missing"
    except (OSError, EOFError, wave.Error) as unreadable:
        return f"cannot be read ({unreadable})"
    if kind != (8000, 2, 1):
        return f"is not 8 kHz, 16 bit, mono but {kind[0]} Hz, {kind[1] * 8} bit, {kind[2]} channels"
    return "is empty" if empty else None
