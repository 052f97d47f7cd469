"""What is this centre? Its numbers, queues, people, flows and prompts, from the files in one folder, or all their faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar

from pydantic import BaseModel

from ari_app.centre_checks import check_audio, check_centre, check_numbers_flows, check_people, check_prompts
from ari_app.centre_files import CentreFile, NumberEntry, OperatorsFile, PromptEntry, PromptsFile, QueuesFile
from ivr_flows.flow import Flow
from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.located_yaml import Located, load
from ivr_flows.problems import BadFile, Problem
from ivr_flows.shapes import Name

Role = Literal["operator", "supervisor", "coordinator"]
M = TypeVar("M", bound=BaseModel)


class UnknownNumber(LookupError):
    """The centre has no such number."""


class UnknownPrompt(LookupError):
    """The centre has no such prompt in that language."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who may send calls: ``addresses`` are IP addresses or networks."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """Where a number leads: ``flow`` (at ``entry``) or ``queue``, one of them None.

    ``fallback_queue`` takes its callers while the engine is away.
    """

    number: str
    flow: str | None
    entry: str
    queue: str | None
    fallback_queue: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue's rules; durations in seconds. ``music`` is a class of Asterisk's music on hold."""

    name: str
    ring_timeout_s: float
    wrap_up_s: float
    service_level_s: float
    refusal_pause_s: float
    max_misses: int
    skill_wait_s: float
    music: str
    record: Literal["all", "never"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone and an account. ``queues``: served by an operator, or within a supervisor's sight."""

    code: str
    name: str
    role: Role
    queues: tuple[str, ...]
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Centre:
    """A whole centre, checked. The order of everything is that of the files; the mappings cannot be changed.

    ``missing_audio`` are the texts that callers cannot hear yet because their audio is missing or not playable.
    """

    folder: Path
    company: str
    languages: tuple[str, ...]
    default_language: str
    time_zone: str
    mask_callers: bool
    carriers: tuple[Carrier, ...]
    numbers: tuple[Number, ...]
    queues: tuple[Queue, ...]
    people: tuple[Person, ...]
    flows: Mapping[str, Flow]
    media: Mapping[str, Mapping[str, tuple[str, ...]]]
    missing_audio: tuple[Problem, ...]
    _queues: Mapping[str, Queue] = field(init=False, repr=False, compare=False)
    _numbers: Mapping[str, Number] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_queues", {queue.name: queue for queue in self.queues})
        object.__setattr__(self, "_numbers", {number.number: number for number in self.numbers})

    @property
    def operators(self) -> tuple[Person, ...]:
        """Those whom calls are offered to."""
        return self._with_role("operator")

    @property
    def supervisors(self) -> tuple[Person, ...]:
        """Those who watch and listen."""
        return self._with_role("supervisor")

    @property
    def coordinators(self) -> tuple[Person, ...]:
        """Those who judge the whole centre."""
        return self._with_role("coordinator")

    def _with_role(self, role: Role) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.role == role)

    def queue(self, name: str) -> Queue:
        """Raises KeyError; every queue that the centre's files name is there."""
        return self._queues[name]

    def flow(self, name: str) -> Flow:
        """Raises KeyError; every flow that a number leads into is there."""
        return self.flows[name]

    def route(self, number: str) -> Number:
        """Where ``number`` leads. Raises UnknownNumber."""
        if number not in self._numbers:
            raise UnknownNumber(f"{number!r} is not one of the centre's numbers; add it to centre.yaml")
        return self._numbers[number]

    def prompt_media(self, prompt_id: str, language: str) -> tuple[str, ...]:
        """ARI media URIs: ``sound:<absolute path without extension>`` for made audio, ``sound:<name>`` for recorded.

        Asterisk looks a recorded one up in the language given to ``play``. Raises UnknownPrompt.
        """
        try:
            return self.media[prompt_id][language]
        except KeyError:
            raise UnknownPrompt(f"there is no prompt {prompt_id!r} in {language!r}; add it to prompts.yaml") from None


def load_centre(folder: Path) -> Centre:
    """The centre in ``folder``. Raises BadFile with every problem of all its files; nothing is half-loaded."""
    files = _Files(folder)
    centre = files.load("centre.yaml", CentreFile)
    queues = files.load("queues.yaml", QueuesFile)
    people = files.load("operators.yaml", OperatorsFile)
    prompts = files.load("prompts.yaml", PromptsFile)
    flows = files.load_flows(_surroundings(centre, queues, people, prompts))
    queue_names = None if queues is None else tuple(queues.value.root)
    if centre is not None:
        files.problems += check_centre(centre, queue_names)
        files.problems += check_numbers_flows(centre, flows)
    if people is not None:
        files.problems += check_people(people, queue_names)
    if prompts is not None:
        files.problems += check_prompts(prompts, None if centre is None else centre.value.languages)
    if files.problems or centre is None or queues is None or people is None or prompts is None:
        raise BadFile(files.problems)
    return _built(folder, centre.value, queues.value, people.value, prompts, flows)


class _Files:
    """Reads the files of a folder, keeping the problems of those that cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def load(self, name: str, model: type[M]) -> Located[M] | None:
        text = self._text(self.folder / name)
        try:
            return None if text is None else load(text, str(self.folder / name), model)
        except BadFile as bad:
            self.problems += bad.problems
            return None

    def load_flows(self, surroundings: Surroundings) -> dict[str, Located[Flow] | None]:
        flows: dict[str, Located[Flow] | None] = {}
        for path in sorted((self.folder / "flows").glob("*.yaml")):
            flows[path.stem] = self._load_flow(path, surroundings)
        return flows

    def _load_flow(self, path: Path, surroundings: Surroundings) -> Located[Flow] | None:
        text = self._text(path)
        try:
            return None if text is None else load_flow(text, str(path), surroundings)
        except BadFile as bad:
            self.problems += bad.problems
            return None

    def _text(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self.problems.append(
                Problem(str(path), 1, "", "the file is missing", "copy the demo centre's and change it")
            )
        except UnicodeDecodeError as other:
            line = other.object.count(b"\n", 0, other.start) + 1
            self.problems.append(Problem(str(path), line, "", "is not UTF-8", "save the file as UTF-8"))
        except OSError as failed:
            why = failed.strerror or str(failed)
            self.problems.append(Problem(str(path), 1, "", f"cannot be read ({why})", "let the engine's user read it"))
        return None


def _surroundings(
    centre: Located[CentreFile] | None,
    queues: Located[QueuesFile] | None,
    people: Located[OperatorsFile] | None,
    prompts: Located[PromptsFile] | None,
) -> Surroundings:
    languages = None
    if centre is not None:
        first = centre.value.default_language
        languages = (first, *(language for language in centre.value.languages if language != first))
    return Surroundings(
        languages=languages,
        prompts=None if prompts is None else prompts.value.root,
        queues=None if queues is None else tuple(queues.value.root),
        skills=None if people is None else {s for operator in people.value.operators.values() for s in operator.skills},
    )


def _built(
    folder: Path,
    centre: CentreFile,
    queues: QueuesFile,
    people: OperatorsFile,
    prompts: Located[PromptsFile],
    flows: Mapping[str, Located[Flow] | None],
) -> Centre:
    return Centre(
        folder=folder,
        company=centre.company,
        languages=centre.languages,
        default_language=centre.default_language,
        time_zone=centre.time_zone,
        mask_callers=centre.mask_callers,
        carriers=tuple(Carrier(carrier.name, carrier.addresses) for carrier in centre.carriers),
        numbers=tuple(_number(digits, entry, centre) for digits, entry in centre.numbers.items()),
        queues=tuple(Queue(name=name, **entry.model_dump()) for name, entry in queues.root.items()),
        people=tuple(_people(people, tuple(queues.root))),
        flows=MappingProxyType({name: flow.value for name, flow in flows.items() if flow is not None}),
        media=_media(prompts.value, folder.resolve()),
        missing_audio=tuple(check_audio(prompts, folder)),
    )


def _number(digits: str, entry: NumberEntry, centre: CentreFile) -> Number:
    fallback = entry.fallback_queue or entry.queue or centre.fallback_queue
    return Number(digits, entry.flow, entry.entry, entry.queue, fallback)


def _people(file: OperatorsFile, all_queues: tuple[str, ...]) -> Iterator[Person]:
    for code, operator in file.operators.items():
        yield Person(code, operator.name, "operator", operator.queues, operator.skills)
    for code, supervisor in file.supervisors.items():
        yield Person(code, supervisor.name, "supervisor", supervisor.queues or all_queues)
    for code, coordinator in file.coordinators.items():
        yield Person(code, coordinator.name, "coordinator", all_queues)


def _media(prompts: PromptsFile, folder: Path) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    def of(prompt: Name, language: str, entry: PromptEntry) -> tuple[str, ...]:
        if entry.sound is not None:
            return tuple(f"sound:{name}" for name in entry.sound)
        return (f"sound:{folder / 'prompts' / (entry.same_as or language) / prompt}",)

    return MappingProxyType(
        {
            prompt: MappingProxyType({language: of(prompt, language, entry) for language, entry in entries.items()})
            for prompt, entries in prompts.root.items()
        }
    )
