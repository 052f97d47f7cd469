"""What is this centre? Its numbers, queues, people, flows and prompts, from the files in one folder, or all their faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ari_app.caller_limits import CallLimits
from ari_app.centre_calendars import CalendarsFile
from ari_app.centre_checks import (
    check_audio,
    check_centre,
    check_notice,
    check_numbers_flows,
    check_people,
    check_prompts,
)
from ari_app.centre_contacts import ContactsEntry, check_contacts
from ari_app.centre_files import (
    CentreFile,
    NumberEntry,
    OperatorsFile,
    PhoneKind,
    PromptEntry,
    PromptsFile,
    RecordingsEntry,
    SupervisionEntry,
    VipEntry,
)
from ari_app.centre_folder import Folder
from ari_app.centre_queue_checks import Around, check_queues
from ari_app.centre_queues import QueueEntry, QueuesFile
from ari_app.centre_services import HttpEntry, ServicesFile, check_services
from ari_app.centre_services import built as built_services
from ari_app.centre_waiting_checks import check_waiting
from ari_app.outbound import is_allowed
from ari_app.pauses import PauseReason, PauseReasons
from ari_app.permissions import Role
from ari_app.service_urls import names_in
from ari_app.services import Services
from ari_app.settings import environment
from ari_app.texts import Text, texts_of
from ivr_flows.calendars import Calendar
from ivr_flows.flow import Flow
from ivr_flows.flow_checks import ServiceNeeds, Surroundings
from ivr_flows.located_yaml import Located
from ivr_flows.problems import BadFile, Problem
from ivr_flows.shapes import Name
from ivr_flows.versions import version_of
from queues.rules import Membership, QueueRules
from recordings.notes import RecordingMode

PROJECT: Final = Path(__file__).resolve().parents[1]


class UnknownNumber(LookupError):
    """The centre has no such number."""


class UnknownPrompt(LookupError):
    """The centre has no such prompt in that language."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who may send calls: ``addresses`` are IP addresses or networks; ``outbound`` (host:port) takes calls to the outside."""

    name: str
    addresses: tuple[str, ...]
    outbound: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """Where a number leads: ``flow`` (at ``entry``) or ``queue``, one of them None.

    ``fallback_queue`` takes its callers while the engine is away. ``record``: what it says of recording; ``told``: whoever dials it
    knows of that otherwise, and hears no notice.
    """

    number: str
    flow: str | None
    entry: str
    queue: str | None
    fallback_queue: str
    record: RecordingMode | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: the ACD's ``rules``, ``entry``, what stands in queues.yaml, for all that the shell does itself, and its hours."""

    rules: QueueRules
    entry: QueueEntry
    calendar: Calendar

    @property
    def name(self) -> str:
        """The queue's name."""
        return self.rules.name


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone and an account. ``queues``: served by an operator, by a team leader's team, or within a supervisor's
    sight. ``team``: an operator's, or the one that a team leader leads.

    ``memberships`` are an operator's places in those queues, ``skills`` map to levels; ``language`` is the one in which he or she
    is told things (None: the centre's), ``auto_answer``: the phone answers by itself when asked to; ``phone``: which kind it is;
    ``encrypted``: refused unless it comes over TLS with encrypted sound.
    """

    code: str
    name: str
    role: Role
    queues: tuple[str, ...]
    memberships: tuple[Membership, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    language: str | None = None
    auto_answer: bool = False
    record: RecordingMode | None = None
    phone: PhoneKind = "sip"
    encrypted: bool = False
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """Operators under a leader; ``names`` by language."""

    id: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody with an account and no phone."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A whole centre, checked. The order of everything is that of the files; the mappings cannot be changed.

    ``texts`` are what there must be audio of, ``missing_audio`` those of them that callers cannot hear yet because it is missing
    or not playable. ``flow_versions`` tell each flow from what it was before, ``flow_texts`` are their files as they were read.
    ``version`` is that of all its files' texts.
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
    allowed_numbers: tuple[str, ...] = ()
    vip: VipEntry | None = None
    pauses: PauseReasons = field(default_factory=PauseReasons)
    texts: tuple[Text, ...] = ()
    flow_versions: Mapping[str, str] = field(default_factory=dict)
    flow_texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    services: Services = field(default_factory=Services)
    contacts: ContactsEntry = field(default_factory=ContactsEntry)
    supervision: SupervisionEntry = field(default_factory=SupervisionEntry)
    recording_notice: str | None = None
    recordings: RecordingsEntry = field(default_factory=RecordingsEntry)
    limits: CallLimits = field(default_factory=CallLimits)
    never_banned: tuple[str, ...] = ()
    teams: tuple[Team, ...] = ()
    administrators: tuple[Administrator, ...] = ()
    version: str = field(default="", compare=False)
    _queues: Mapping[str, Queue] = field(init=False, repr=False, compare=False)
    _numbers: Mapping[str, Number] = field(init=False, repr=False, compare=False)
    _operators: Mapping[str, Person] = field(init=False, repr=False, compare=False)
    _people: Mapping[str, Person] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_queues", {queue.name: queue for queue in self.queues})
        object.__setattr__(self, "_numbers", {number.number: number for number in self.numbers})
        object.__setattr__(self, "_operators", {person.code: person for person in self.operators})
        object.__setattr__(self, "_people", {person.code: person for person in self.people})

    @property
    def operators(self) -> tuple[Person, ...]:
        """Those whom calls are offered to."""
        return self._with_role("operator")

    @property
    def team_leaders(self) -> tuple[Person, ...]:
        """Those who watch and listen to their team."""
        return self._with_role("team_leader")

    @property
    def supervisors(self) -> tuple[Person, ...]:
        """Those who watch and listen."""
        return self._with_role("supervisor")

    @property
    def coordinators(self) -> tuple[Person, ...]:
        """Those who judge the whole centre."""
        return self._with_role("coordinator")

    @property
    def browsers(self) -> tuple[Person, ...]:
        """Those who telephone in a browser. Without any, Asterisk has nothing of what only browsers need."""
        return tuple(person for person in self.people if person.phone == "browser")

    @property
    def dialled_inside(self) -> tuple[str, ...]:
        """What phones of the centre may dial (extensions.conf.j2): each other, queues by name, and the centre's own numbers."""
        queues = [
            queue.name for queue in self.queues if len(queue.name) > 1
        ]  # h, i, t... mean something to the dialplan
        known = [person.code for person in self.people], queues, self._numbers
        return tuple(dict.fromkeys(dialled for some in known for dialled in some))

    @property
    def code_lengths(self) -> tuple[int, ...]:
        """How many digits operators' codes have (extensions.conf.j2)."""
        return tuple(sorted({len(person.code) for person in self.operators}))

    def _with_role(self, role: Role) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.role == role)

    def queue(self, name: str) -> Queue:
        """Raises KeyError; every queue that the centre's files name is there."""
        return self._queues[name]

    def operator(self, code: str) -> Person | None:
        """The operator with this code, if there is one."""
        return self._operators.get(code)

    def person(self, code: str) -> Person | None:
        """Whoever with a phone has this code."""
        return self._people.get(code)

    def number(self, digits: str) -> Number | None:
        """The number of the centre that has these digits."""
        return self._numbers.get(digits)

    def route(self, number: str) -> Number:
        """Where ``number`` leads. Raises UnknownNumber."""
        if number not in self._numbers:
            raise UnknownNumber(f"{number!r} is not one of the centre's numbers; add it to centre.yaml")
        return self._numbers[number]

    def piece_media(self, piece: str, language: str) -> str:
        """The ARI media URI of one piece of what a value is said with."""
        return f"sound:{self.folder.resolve() / 'prompts' / language / 'said' / piece}"

    def prompt_media(self, prompt_id: str, language: str) -> tuple[str, ...]:
        """ARI media URIs: ``sound:<absolute path without extension>`` for made audio, ``sound:<name>`` for recorded.

        Asterisk looks a recorded one up in the language given to ``play``. Raises UnknownPrompt.
        """
        try:
            return self.media[prompt_id][language]
        except KeyError:
            raise UnknownPrompt(f"there is no prompt {prompt_id!r} in {language!r}; add it to prompts.yaml") from None


def load_centre(folder: Path, secrets: Callable[[], Mapping[str, str]] = lambda: environment(PROJECT)) -> Centre:
    """The centre in ``folder``. Raises BadFile with every problem of all its files; nothing is half-loaded.

    ``secrets`` has the environment variables that services.yaml may name.
    """
    files = Folder(folder)
    centre = files.load("centre.yaml", CentreFile)
    queues = files.load("queues.yaml", QueuesFile)
    people = files.load("operators.yaml", OperatorsFile)
    prompts = files.load("prompts.yaml", PromptsFile)
    calendars = files.load_if_there("calendars.yaml", CalendarsFile)
    services = files.load_if_there("services.yaml", ServicesFile)
    flows = files.load_flows()
    files.check_flows(flows, _surroundings(centre, queues, people, prompts, flows, calendars, services))
    queue_names = None if queues is None else tuple(queues.value.root)
    if centre is not None:
        files.problems += check_centre(centre, queue_names)
        files.problems += check_numbers_flows(centre, flows)
        files.problems += check_contacts(centre, None if services is None else services.value.http)
    if people is not None:
        files.problems += check_people(people, queue_names, None if centre is None else centre.value.languages)
    if queues is not None:
        files.problems += check_queues(queues, _around(centre, people, prompts, flows, calendars))
        files.problems += check_waiting(queues, centre, None if prompts is None else prompts.value.root)
    if prompts is not None:
        files.problems += check_prompts(prompts, None if centre is None else centre.value.languages)
    if centre is not None and prompts is not None:
        files.problems += check_notice(centre, prompts.value.root)
    if services is not None:
        files.problems += check_services(services, folder, secrets)
    if files.problems or centre is None or queues is None or people is None or prompts is None:
        raise BadFile(files.problems)
    assert calendars is not None, "or there would be a problem"
    assert services is not None, "or there would be a problem"
    systems = built_services(services.value, folder, secrets)
    return _built(folder, centre.value, queues.value, people.value, prompts, flows, files, calendars.value, systems)


def _surroundings(
    centre: Located[CentreFile] | None,
    queues: Located[QueuesFile] | None,
    people: Located[OperatorsFile] | None,
    prompts: Located[PromptsFile] | None,
    flows: Mapping[str, Located[Flow] | None],
    calendars: Located[CalendarsFile] | None,
    services: Located[ServicesFile] | None,
) -> Surroundings:
    languages = None
    if centre is not None:
        first = centre.value.default_language
        languages = (first, *(language for language in centre.value.languages if language != first))
    return Surroundings(
        languages=languages,
        prompts=None if prompts is None else prompts.value.root,
        queues=None if queues is None else tuple(queues.value.root),
        skills=_skills(people),
        operators=None
        if people is None
        else (*people.value.operators, *people.value.team_leaders, *people.value.supervisors),
        flows=None
        if None in flows.values()
        else {name: flow.value for name, flow in flows.items() if flow is not None},
        calendars=None if calendars is None else calendars.value.root,
        http=None if services is None else {name: _needed(entry) for name, entry in services.value.http.items()},
        agi=None if services is None else services.value.agi,
        number_problem=lambda number: None if centre is None else _why_not_called(number, centre.value),
    )


def _needed(service: HttpEntry) -> ServiceNeeds:
    return ServiceNeeds(frozenset(names_in(service.url)), changes=service.method != "GET")


def _why_not_called(number: str, centre: CentreFile) -> str | None:
    if is_allowed(number, centre.allowed_numbers):
        return None
    return f"{number!r} is not among the allowed_numbers"


def _around(
    centre: Located[CentreFile] | None,
    people: Located[OperatorsFile] | None,
    prompts: Located[PromptsFile] | None,
    flows: Mapping[str, Located[Flow] | None],
    calendars: Located[CalendarsFile] | None,
) -> Around:
    penalties: dict[str, list[int]] = {}
    for operator in people.value.operators.values() if people is not None else ():
        for queue, place in operator.queues.items():
            penalties.setdefault(queue, []).append(place.penalty)
    return Around(
        flows=flows,
        skills=_skills(people),
        prompts=None if prompts is None else prompts.value.root,
        languages=None if centre is None else centre.value.languages,
        penalties=penalties,
        calendars=None if calendars is None else calendars.value.root,
    )


def _skills(people: Located[OperatorsFile] | None) -> dict[str, int] | None:
    """The highest level at which anybody has each skill."""
    if people is None:
        return None
    levels: dict[str, int] = {}
    for operator in people.value.operators.values():
        for skill, level in operator.skills.items():
            levels[skill] = max(level, levels.get(skill, 0))
    return levels


def _built(
    folder: Path,
    centre: CentreFile,
    queues: QueuesFile,
    people: OperatorsFile,
    prompts: Located[PromptsFile],
    flows: Mapping[str, Located[Flow] | None],
    files: Folder,
    calendars_file: CalendarsFile,
    services: Services,
) -> Centre:
    texts = tuple(texts_of(prompts, flows))
    found = {name: flow.value for name, flow in flows.items() if flow is not None}
    calendars = calendars_file.calendars(centre.time_zone)
    return Centre(
        folder=folder,
        company=centre.company,
        languages=centre.languages,
        default_language=centre.default_language,
        time_zone=centre.time_zone,
        mask_callers=centre.mask_callers,
        carriers=tuple(Carrier(carrier.name, carrier.addresses, carrier.outbound) for carrier in centre.carriers),
        allowed_numbers=centre.allowed_numbers,
        vip=centre.vip,
        supervision=centre.supervision,
        recording_notice=centre.recording_notice,
        recordings=centre.recordings,
        limits=centre.limits.limits(),
        never_banned=centre.limits.never_banned,
        numbers=tuple(_number(digits, entry, centre) for digits, entry in centre.numbers.items()),
        queues=tuple(
            Queue(entry.rules(name), entry, calendars.get(entry.calendar or "") or entry.own_calendar(centre.time_zone))
            for name, entry in queues.root.items()
        ),
        people=tuple(_people(people, tuple(queues.root), centre.encrypted_phones)),
        teams=tuple(Team(id_, MappingProxyType(team.name)) for id_, team in people.teams.items()),
        administrators=tuple(Administrator(code, one.name) for code, one in people.administrators.items()),
        flows=MappingProxyType(found),
        media=_media(prompts.value, texts, folder.resolve()),
        missing_audio=tuple(check_audio(texts, folder)),
        pauses=PauseReasons(
            tuple(PauseReason(code, entry.productive, entry.names) for code, entry in centre.pauses.items()),
            centre.pause_reason_required,
        ),
        texts=texts,
        version=files.version,
        flow_versions=MappingProxyType({name: version_of(flow) for name, flow in found.items()}),
        flow_texts=MappingProxyType(files.flow_texts),
        calendars=calendars,
        services=services,
        contacts=centre.contacts,
    )


def _number(digits: str, entry: NumberEntry, centre: CentreFile) -> Number:
    fallback = entry.fallback_queue or entry.queue or centre.fallback_queue
    return Number(digits, entry.flow, entry.entry, entry.queue, fallback, entry.record, entry.told)


def _people(file: OperatorsFile, all_queues: tuple[str, ...], encrypted: bool) -> Iterator[Person]:
    for code, operator in file.operators.items():
        places = tuple(entry.membership(queue) for queue, entry in operator.queues.items())
        yield Person(
            code,
            operator.name,
            "operator",
            tuple(operator.queues),
            places,
            operator.skills,
            operator.language,
            operator.auto_answer,
            operator.record,
            operator.phone,
            operator.must_encrypt(encrypted),
            operator.team,
        )
    for code, leader in file.team_leaders.items():
        theirs = {
            queue for operator in file.operators.values() if operator.team == leader.team for queue in operator.queues
        }
        served, must = tuple(queue for queue in all_queues if queue in theirs), leader.must_encrypt(encrypted)
        yield Person(code, leader.name, "team_leader", served, phone=leader.phone, encrypted=must, team=leader.team)
    for code, supervisor in file.supervisors.items():
        queues, must = supervisor.queues or all_queues, supervisor.must_encrypt(encrypted)
        yield Person(code, supervisor.name, "supervisor", queues, phone=supervisor.phone, encrypted=must)
    for code, coordinator in file.coordinators.items():
        must = coordinator.must_encrypt(encrypted)
        yield Person(code, coordinator.name, "coordinator", all_queues, phone=coordinator.phone, encrypted=must)


def _media(prompts: PromptsFile, texts: Iterable[Text], folder: Path) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    def of(prompt: Name, language: str, entry: PromptEntry) -> tuple[str, ...]:
        if entry.sound is not None:
            return tuple(f"sound:{name}" for name in entry.sound)
        return (f"sound:{folder / 'prompts' / (entry.same_as or language) / prompt}",)

    media = {
        prompt: {language: of(prompt, language, entry) for language, entry in entries.items()}
        for prompt, entries in prompts.root.items()
    }
    for text in texts:
        media.setdefault(text.prompt, {})[text.language] = (
            f"sound:{folder / 'prompts' / text.language / text.prompt}",
        )
    return MappingProxyType({prompt: MappingProxyType(by_language) for prompt, by_language in media.items()})
