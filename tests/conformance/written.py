"""How do the scenarios' rules become this engine's centre folder and Queue()'s configuration, the same for both?"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.conformance.rules import Entry, Member, QueueSpec
from tests.conformance.scenario import Scenario
from tests.conformance.sounds import GOODBYE, PROMPTS, write_sounds

PROJECT = Path(__file__).parents[2]
AMI_USER, AMI_SECRET = "conformance", "ami-secret-of-the-conformance-tests"
STRATEGIES: Final = {"linear": "linear", "ring_all": "ringall", "longest_idle": "leastrecent"}
_OURS: Final = "\n; -- what follows is of the conformance tests\n"


@dataclass
class Written:
    """The rules in force. ``moved`` are memberships that have changed since the start: queue, then members by place."""

    scenarios: Sequence[Scenario]
    centre: Path
    moved: dict[str, Mapping[int, Member]] = field(default_factory=dict)
    shared_lastcall: bool = False

    def make_centre(self) -> None:
        """A copy of the demo centre, with the scenarios' queues, operators and numbers."""
        shutil.copytree(PROJECT / "centres" / "valdeluna", self.centre)
        write_sounds(self.centre)
        change_yaml(self.centre / "prompts.yaml", PROMPTS)
        numbers: dict[str, Any] = {}
        for scenario, entry in self._entries():
            flow = f"{entry.queue}_{entry.priority}"
            numbers[scenario.number("engine", entry.queue, entry.key)] = (
                {"flow": flow} if entry.priority else {"queue": entry.queue}
            )
            if entry.priority:
                step = {"kind": "enqueue", "queue": entry.queue, "priority": entry.priority}
                write_yaml(
                    self.centre / "flows" / f"{flow}.yaml", {"entries": {"default": "in"}, "steps": {"in": step}}
                )
        change_yaml(self.centre / "centre.yaml", {"numbers": numbers, "mask_callers": False})
        change_yaml(self.centre / "queues.yaml", {spec.name: _queue_entry(spec) for _, spec in self._queues()})
        self.write_operators()

    def write_operators(self) -> None:
        """operators.yaml, with the memberships as they are now."""
        change_yaml(self.centre / "operators.yaml", {"operators": self._operators()})

    def append_to(self, etc: Path) -> None:
        """Put ``Queue()``'s part behind what the engine's templates have made, in place of an earlier one."""
        parts = {
            "queues.conf": self.queues_conf(),
            "extensions.conf": self.extensions_conf(),
            "manager.conf": f"[{AMI_USER}]\nsecret = {AMI_SECRET}\nread =\nwrite = all\n",
        }
        for name, ours in parts.items():
            text = (etc / name).read_text(encoding="utf-8")
            (etc / name).write_text(text.split(_OURS)[0] + _OURS + ours, encoding="utf-8")

    def as_at_first(self) -> bool:
        """Forget what a scenario has changed; True if anything was, and the systems must read it again."""
        changed = bool(self.moved) or self.shared_lastcall
        self.moved, self.shared_lastcall = {}, False
        return changed

    def queues_conf(self) -> str:
        """The queues for ``Queue()``."""
        lines = ["[general](+)", f"shared_lastcall = {'yes' if self.shared_lastcall else 'no'}"]
        for scenario, spec in self._queues():
            options = {
                "strategy": STRATEGIES[spec.strategy],
                "timeout": spec.ring_s,
                "retry": 1,
                "wrapuptime": spec.wrap_up_s,
                "maxlen": spec.capacity or 0,
                "ringinuse": "no",
                "joinempty": "yes",
                **spec.queue_conf,
            }
            lines += [f"[{in_asterisk(spec.name)}]", *(f"{name} = {value}" for name, value in options.items())]
            for place, at in sorted(self._members(spec).items()):
                code = scenario.code(place)
                own = "" if at.wrap_up_s is None else at.wrap_up_s
                lines.append(f"member => PJSIP/{code},{at.penalty},{code},PJSIP/{code},,{own}")
        return "\n".join((*lines, ""))

    def extensions_conf(self) -> str:
        """The numbers that lead into ``Queue()``: for the carrier, and for phones of the centre."""
        dialled = [(scenario.number("Queue()", way.queue, way.key), way) for scenario, way in self._entries()]
        doors = [f"exten => {number},1,Goto(queue-under-test,{number},1)" for number, _ in dialled]
        rooms = [line for number, way in dialled for line in self._dialplan(number, way)]
        between = f"exten => _{INSIDE}4XXX,1,Goto(straight-to-a-phone,${{EXTEN:{len(INSIDE)}}},1)"
        text = ["[from-carrier](+)", *doors, "[from-phones](+)", *doors, between, "[queue-under-test]", *rooms]
        return "\n".join((*text, MORE_DIALPLAN)).replace("CENTRE", str(self.centre))

    def _dialplan(self, number: str, way: Entry) -> list[str]:
        spec = next(spec for _, spec in self._queues() if spec.name == way.queue)
        variables = {"QUEUE_PRIO": str(way.priority), **way.variables}
        if spec.max_penalty is not None:
            variables["QUEUE_MAX_PENALTY"] = str(spec.max_penalty)
        arguments = (
            in_asterisk(way.queue),
            way.options,
            "",
            "",
            str(spec.max_wait_s or ""),
            "",
            way.gosub,
            "",
            str(way.position or ""),
        )
        steps = (
            "Answer()",
            *(f"Set({name}={value})" for name, value in variables.items()),
            *way.before,
            f"Queue({','.join(arguments)})",
            *way.afterwards,
        )
        return [f"exten => {number},{at},{step}" for at, step in enumerate(steps, start=1)]

    def _queues(self) -> list[tuple[Scenario, QueueSpec]]:
        return [(scenario, spec) for scenario in self.scenarios for spec in scenario.queues]

    def _entries(self) -> list[tuple[Scenario, Entry]]:
        return [(scenario, entry) for scenario in self.scenarios for entry in scenario.entries]

    def _members(self, spec: QueueSpec) -> Mapping[int, Member]:
        return self.moved.get(spec.name, spec.members)

    def _operators(self) -> dict[str, Any]:
        return {
            scenario.code(place): {
                "name": f"Operator {place} of {scenario.name}",
                "queues": {
                    spec.name: _membership(place, self._members(spec)[place])
                    for spec in scenario.queues
                    if place in self._members(spec)
                },
            }
            for scenario in self.scenarios
            for place in range(1, scenario.operators + 1)
        }


INSIDE: Final = "9005"
"""What a phone dials before another's code, to reach it past the engine."""
MORE_DIALPLAN: Final = """
exten => sound-here,1,Playback(CENTRE/prompts/es/tone_two)
exten => sound-here,n,Hangup()
[sound-of-the-queue]
exten => s,1,Playback(CENTRE/prompts/es/tone_one)
exten => s,n,Return()
[sound-of-the-call]
exten => s,1,Playback(CENTRE/prompts/es/tone_two)
exten => s,n,Return()
[straight-to-a-phone]
exten => _4XXX,1,Dial(PJSIP/${EXTEN})
exten => sound,1,Playback(CENTRE/prompts/es/tone_two)
exten => sound,n,Hangup()
"""


def in_asterisk(queue: str) -> str:
    """The queue's name in queues.conf, where the engine's own of the same name is for its absence."""
    return f"q-{queue}"


def _queue_entry(spec: QueueSpec) -> dict[str, Any]:
    rules: dict[str, Any] = {
        "strategy": spec.strategy,
        "ring_timeout_s": spec.ring_s,
        "wrap_up_s": spec.wrap_up_s,
        "no_answer_pause_s": 60,
    }
    given = {name: getattr(spec, name) for name in ("capacity", "max_penalty")}
    if spec.max_wait_s is not None:
        rules["exits"] = [{"when": "waited", "over": spec.max_wait_s, "to": {"hang_up": GOODBYE}}]
    return {**rules, **{name: value for name, value in given.items() if value is not None}, **spec.queues_yaml}


def _membership(place: int, at: Member) -> dict[str, Any]:
    own = {} if at.wrap_up_s is None else {"wrap_up_s": at.wrap_up_s}
    return {"penalty": at.penalty, "order": place, **own}


def change_yaml(path: Path, added: Mapping[str, Any]) -> None:
    """Add to a YAML file of the centre; mappings at the top are joined."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, value in added.items():
        content[key] = {**content.get(key, {}), **value} if isinstance(value, dict) else value
    write_yaml(path, content)


def write_yaml(path: Path, content: Any) -> None:
    """A YAML file of the centre."""
    path.write_text(yaml.safe_dump(_as_text(content), allow_unicode=True, sort_keys=False), encoding="utf-8")


def _as_text(content: Any) -> Any:
    """Codes and numbers as keys are texts."""
    if isinstance(content, dict):
        return {str(key): _as_text(value) for key, value in content.items()}
    return [_as_text(value) for value in content] if isinstance(content, list) else content
