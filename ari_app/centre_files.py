"""What may stand in a centre's files? One model for each: centre.yaml, operators.yaml and prompts.yaml.

``Model.model_json_schema()`` gives the JSON Schema of each. queues.yaml is described in
centre_queues.py, calendars.yaml in centre_calendars.py, services.yaml in centre_services.py, flows/*.yaml in ivr_flows/flow.py.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, RootModel, WithJsonSchema, model_validator

from ari_app.caller_limits import Bound, CallLimits
from ari_app.centre_contacts import ContactsEntry
from ari_app.centre_queues import Penalty
from ivr_flows.explain import wrong
from ivr_flows.problems import choose_among
from ivr_flows.shapes import (
    Code,
    DialledNumber,
    Language,
    Name,
    Names,
    NoOtherKeys,
    OrNames,
    Seconds,
    Shape,
    Skills,
    Text,
    each_once,
    matching,
)
from queues.rules import Membership
from recordings.notes import RecordingKind, RecordingMode
from recordings.retention import RetentionRule


def _address(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise wrong(
            f"{text!r} is not an IP address", "write one such as 192.0.2.10, or a network as 192.0.2.0/28"
        ) from None
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        near = choose_among(text, available_timezones(), "")
        remedy = near if near.startswith("did") else "write one such as Europe/Madrid"
        raise wrong(f"{text!r} is not a time zone", remedy) from None
    return text


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Title = Annotated[str, *matching(r"[^;\x00-\x1f\x7f]{1,80}", "a name", "use 1 to 80 characters on one line, without ;")]
SoundName = Annotated[
    str, *matching("[a-z0-9][a-z0-9_-]*(/[a-z0-9_-]+)*", "a sound's name", "write it without folder and ending")
]
SoundNames = Annotated[
    tuple[SoundName, ...],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]
Address = Annotated[str, AfterValidator(_address)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
HostPort = Annotated[
    str,
    *matching(r"[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}", "an address with a port", "write one such as 192.0.2.10:5060"),
]
NumberPattern = Annotated[
    str, *matching(r"\+?[0-9X]{3,15}", "a pattern of numbers", "write digits, and X for any digit, such as 6XXXXXXXX")
]


PhoneKind: TypeAlias = Literal["sip", "browser"]
"""What somebody telephones with: a SIP phone over UDP, or a browser (WebRTC over a websocket). Never both at once: the two are
offered different sound, and the exchange has to know which before it rings."""


class CarrierEntry(Shape):
    """Who may send calls, known by its addresses alone; ``outbound`` is where calls to the outside are sent."""

    name: Name
    addresses: Annotated[tuple[Address, ...], Field(min_length=1)]
    outbound: HostPort | None = None


class VipEntry(Shape):
    """Callers who are served before others: by their numbers, with this priority."""

    numbers: Annotated[tuple[DialledNumber, ...], Field(min_length=1)]
    priority: Annotated[int, Field(ge=1, le=99)]


class SupervisionEntry(Shape):
    """What operators learn of supervisors who listen: whether anybody does (``shown``), and a tone as it begins (``beep``)."""

    shown: bool = False
    beep: bool = False


class BoundEntry(Shape):
    """How many calls of one caller at once, and a minute; ``none``: as many as come."""

    at_once: Annotated[int, Field(ge=1, le=100_000)] | Literal["none"] | None = None
    per_minute: Annotated[int, Field(ge=1, le=100_000)] | Literal["none"] | None = None

    def bound(self, default: Bound) -> Bound:
        """For caller_limits.py."""
        return Bound(_or(self.at_once, default.at_once), _or(self.per_minute, default.per_minute))


def _or(given: int | Literal["none"] | None, default: int | None) -> int | None:
    return default if given is None else None if given == "none" else given


class LimitsEntry(Shape):
    """Calls beyond these are refused: of one number, of all who withhold theirs, of all together. ``never_banned`` are addresses
    that are not banned for wrong secrets, e.g. that of an office in which many share one."""

    caller: BoundEntry = Field(default_factory=BoundEntry)
    withheld: BoundEntry = Field(default_factory=BoundEntry)
    at_once: Annotated[int, Field(ge=1, le=100_000)] | None = None
    never_banned: tuple[Address, ...] = ()

    def limits(self) -> CallLimits:
        """For caller_limits.py."""
        default = CallLimits()
        return CallLimits(self.caller.bound(default.caller), self.withheld.bound(default.withheld), self.at_once)


class RetentionEntry(Shape):
    """For how many days recordings of this queue, kind and disposition are kept; ``days: forever`` for ever."""

    days: Annotated[int, Field(ge=1, le=36_500)] | Literal["forever"]
    queue: Name | None = None
    kind: RecordingKind | None = None
    disposition: Title | None = None

    def rule(self) -> RetentionRule:
        """For recordings/retention.py."""
        days = None if self.days == "forever" else self.days
        return RetentionRule(days, self.queue, self.kind, self.disposition)


class RecordingsEntry(Shape):
    """How long recordings are kept (the first rule that fits; none: for ever), and whether operators may play their own."""

    keep: tuple[RetentionEntry, ...] = ()
    operators_hear_own: bool = False

    def rules(self) -> tuple[RetentionRule, ...]:
        """In their order."""
        return tuple(entry.rule() for entry in self.keep)


class NumberEntry(Shape):
    """Where a number leads: into a flow, at one of its entries, or straight into a queue; whether its calls are recorded, and
    callers are ``told`` of it otherwise than by the notice."""

    flow: Name | None = None
    entry: Name = "default"
    queue: Name | None = None
    fallback_queue: Name | None = None
    record: RecordingMode | None = None
    told: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.flow is None) == (self.queue is None):
            raise wrong("a number leads into a flow or into a queue", "give one of flow and queue")
        if self.queue is not None and "entry" in self.model_fields_set:
            raise wrong("entry belongs to a flow", "remove it, or give flow in place of queue")
        return self


class PauseEntry(Shape):
    """A reason to pause: whether it counts as work, and its name in the centre's languages (``es: Descanso``)."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Title] = Field(init=False)
    productive: bool = False

    @property
    def names(self) -> dict[str, str]:
        """What people read, by language."""
        return dict(self.__pydantic_extra__)


class CentreFile(Shape):
    """centre.yaml"""

    company: Title
    languages: Annotated[tuple[Language, ...], Field(min_length=1), AfterValidator(each_once)]
    default_language: Language
    time_zone: TimeZone
    mask_callers: bool = True
    fallback_queue: Name
    pauses: Annotated[dict[Name, PauseEntry], Field(max_length=99), NoOtherKeys()] = Field(default_factory=dict)
    pause_reason_required: bool = False
    carriers: Annotated[tuple[CarrierEntry, ...], Field(min_length=1)]
    numbers: Annotated[dict[DialledNumber, NumberEntry], Field(min_length=1), NoOtherKeys()]
    allowed_numbers: tuple[NumberPattern, ...] = ()
    vip: VipEntry | None = None
    supervision: SupervisionEntry = Field(default_factory=SupervisionEntry)
    recording_notice: Name | None = None
    recordings: RecordingsEntry = Field(default_factory=RecordingsEntry)
    limits: LimitsEntry = Field(default_factory=LimitsEntry)
    encrypted_phones: bool = False
    contacts: ContactsEntry = Field(default_factory=ContactsEntry)


class MembershipEntry(Shape):
    """An operator's place in a queue: see queues.rules.Membership."""

    penalty: Penalty = 0
    weight: Annotated[float, Field(gt=0, le=1000)] = 1.0
    wrap_up_s: Seconds | None = None
    order: Annotated[int, Field(ge=0)] = 0

    def membership(self, queue: str) -> Membership:
        return Membership(queue, self.penalty, self.weight, self.wrap_up_s, self.order)


def _by_name(value: Any) -> Any:
    """A list of names is short for each with the defaults."""
    return {name: {} for name in each_once(tuple(value))} if isinstance(value, list) and _words(value) else value


def _words(value: list[Any]) -> bool:
    return all(isinstance(word, str) for word in value)


Memberships = Annotated[dict[Name, MembershipEntry], NoOtherKeys(), BeforeValidator(_by_name), OrNames()]


class PhoneEntry(Shape):
    """Somebody's telephone: which kind, and whether it must be ``encrypted`` (None: as the centre's ``encrypted_phones`` says)."""

    phone: PhoneKind = "sip"
    encrypted: bool | None = None

    @model_validator(mode="after")
    def _browsers_always_are(self) -> Self:
        if self.phone == "browser" and self.encrypted is not None:
            raise wrong("a browser's sound is always encrypted", "remove encrypted")
        return self

    def must_encrypt(self, by_default: bool) -> bool:
        """Whether this phone is refused unless it comes over TLS with encrypted sound."""
        return self.phone == "sip" and (by_default if self.encrypted is None else self.encrypted)


class OperatorEntry(PhoneEntry):
    """An operator; without queues he or she only calls out. Skills have levels, 1 if none is given.

    ``language``: in which the operator is told things; ``auto_answer``: the phone is asked to answer at once (a headset).
    """

    name: Title
    queues: Annotated[dict[Name, MembershipEntry], NoOtherKeys(), BeforeValidator(_by_name), OrNames()] = Field(
        default_factory=dict
    )
    skills: Skills = Field(default_factory=dict)
    language: Language | None = None
    auto_answer: bool = False
    record: RecordingMode | None = None
    team: Name | None = None


class TeamEntry(Shape):
    """A team of operators: its name in the centre's languages (``es: Norte``)."""

    name: Annotated[dict[Language, Title], Field(min_length=1), NoOtherKeys()]


class TeamLeaderEntry(PhoneEntry):
    """Who leads a team: watches and listens to its operators."""

    name: Title
    team: Name


class AdministratorEntry(Shape):
    """Who keeps the engine running: an account without a telephone."""

    name: Title


class SupervisorEntry(PhoneEntry):
    """A supervisor, of these queues; of all if none is named."""

    name: Title
    queues: Names = ()


class CoordinatorEntry(PhoneEntry):
    """A coordinator judges the whole centre."""

    name: Title


class OperatorsFile(Shape):
    """operators.yaml: everybody with an account, by code, and the teams."""

    teams: Annotated[dict[Name, TeamEntry], NoOtherKeys()] = Field(default_factory=dict)
    operators: Annotated[dict[Code, OperatorEntry], NoOtherKeys()]
    team_leaders: Annotated[dict[Code, TeamLeaderEntry], NoOtherKeys()] = Field(default_factory=dict)
    supervisors: Annotated[dict[Code, SupervisorEntry], NoOtherKeys()] = Field(default_factory=dict)
    coordinators: Annotated[dict[Code, CoordinatorEntry], NoOtherKeys()] = Field(default_factory=dict)
    administrators: Annotated[dict[Code, AdministratorEntry], NoOtherKeys()] = Field(default_factory=dict)


class PromptEntry(Shape):
    """A prompt in one language."""

    text: Text | None = None
    sound: SoundNames | None = None
    same_as: Language | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in ("text", "sound", "same_as") if getattr(self, name) is not None]
        if not given:
            raise wrong("has neither text nor sound", "give the text to be said, or the name of a recorded sound")
        if len(given) > 1:
            raise wrong(f"has both {given[0]} and {given[1]}", "keep one of the two")
        return self


InLanguages = Annotated[dict[Language, PromptEntry], Field(min_length=1), NoOtherKeys()]


class PromptsFile(RootModel[Annotated[dict[Name, InLanguages], NoOtherKeys()]]):
    """prompts.yaml: prompts by id, each by language."""
