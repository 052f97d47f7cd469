"""Queues for the tests of waiting, added to the copied demo centre: numbers 9001003xx, operators 11xx, one tone as a prompt."""

from __future__ import annotations

import socket
import wave
from pathlib import Path
from typing import Any, Final

import yaml

from sip_agents.tones import sine

PROMPT_HZ: Final = 700.0
PROMPT_S: Final = 1.2
OUTSIDE: Final = "912000111"
"""A number outside that queues overflow to."""

QUEUES: Final[dict[str, dict[str, Any]]] = {
    "con_tecla": {"keys": {"5": {"queue": "otra"}, "6": {"flow": "bienvenida"}}},
    "otra": {"record": "all"},
    "desborda": {"exits": [{"when": "waited", "over": 1.0, "to": {"queue": "otra"}}]},
    "al_numero": {"exits": [{"when": "waited", "over": 1.0, "to": {"number": OUTSIDE}}]},
    "al_buzon": {"exits": [{"when": "waited", "over": 1.0, "to": {"voicemail": "tono"}}]},
    # Asterisk begins a piece of its music anew after each announcement, and three of the five begin with 0.9 s of silence.
    "con_avisos": {"announce": {"periodic": ["tono"], "first_after_s": 2.0, "every_s": 4.0, "min_gap_s": 2.0}},
    "con_turno": {"announce": {"position": True, "first_after_s": 0.5, "every_s": 1.0, "min_gap_s": 0.5}},
    "devuelve": {"keys": {"5": {"callback": True}}, "callback": {"gap_s": 1.0, "ring_s": 6.0}, "record": "all"},
    "devuelve_antes": {
        "keys": {"5": {"callback": True}},
        "callback": {"first": "customer", "gap_s": 1.0, "ring_s": 6.0},
    },
    "fiel": {"last_operator_s": 600.0, "sticky_s": 30.0},
    "todos": {"strategy": "ring_all"},
    "ofrece": {
        "announce": {"position": True, "first_after_s": 0.2, "every_s": 60.0, "min_gap_s": 0.5},
        "callback": {"offer_after_s": 0.5, "key": "1", "gap_s": 1.0, "ring_s": 6.0},
    },
}
NUMBERS: Final = {name: str(900100301 + place) for place, name in enumerate(QUEUES)}
"""The number that leads straight into each of the queues."""

ASKS: Final = "900100390"
"""The number of a flow that asks for a code, reads it back, and goes to ``otra`` by 42, to ``fiel`` by any other."""
FLOW: Final = """\
entries: {default: pide}
steps:
  pide:
    kind: collect
    prompts: [tono]
    variable: codigo
    max_digits: 4
    read_back: {after: [tono]}
    next: cual
    otherwise: fuera
  cual: {kind: branch, ways: [{when: number(codigo) == 42, next: otra}], otherwise: fiel}
  otra: {kind: enqueue, queue: otra}
  fiel: {kind: enqueue, queue: fiel}
  fuera: {kind: hang_up, reason: sin_codigo}
"""

FIRST, SECOND = "1101", "1102"
"""Two operators of all these queues."""


def add_waiting_queues(centre: Path) -> None:
    """Before the times are made short; ``outbound_port`` is where the carrier takes calls to the outside."""
    change(centre / "queues.yaml", QUEUES)
    # These two stay as they are written: other tests change their lines.
    people = [f"{code}: {{name: Operador {code}, queues: [{', '.join(QUEUES)}]}}" for code in (FIRST, SECOND)]
    insert(centre / "operators.yaml", "operators:\n", *people)
    insert(
        centre / "centre.yaml",
        "numbers:\n",
        *(f"{number}: {{queue: {queue}, told: true}}" for queue, number in NUMBERS.items()),
    )
    insert(centre / "centre.yaml", "numbers:\n", f"{ASKS}: {{flow: pide_codigo, told: true}}")
    (centre / "flows" / "pide_codigo.yaml").write_text(FLOW, encoding="utf-8")
    _replace(centre / "centre.yaml", "outbound: 127.0.0.2:5060", f"outbound: 127.0.0.2:{_free_port()}")
    change(centre / "prompts.yaml", {"tono": {language: {"text": "(a tone)"} for language in ("es", "en")}})
    for language in ("es", "en"):
        with wave.open(str(centre / "prompts" / language / "tono.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(sine(PROMPT_HZ, 8000, int(8000 * PROMPT_S)).astype("<i2").tobytes())


def outbound_port(centre: Path) -> int:
    """Where the carrier takes calls to the outside."""
    (carrier,) = yaml.safe_load((centre / "centre.yaml").read_text(encoding="utf-8"))["carriers"]
    return int(carrier["outbound"].rpartition(":")[2])


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.2", 0))
        return int(probe.getsockname()[1])


def insert(path: Path, below: str, *lines: str) -> None:
    """Add lines right below another, further in."""
    _replace(path, below, below + "".join(f"  {line}\n" for line in lines))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def change(path: Path, added: dict[str, Any]) -> None:
    """Add to a file's mapping, or change what is there."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, value in added.items():
        content[key] = {**content.get(key, {}), **value} if isinstance(value, dict) else value
    text = yaml.safe_dump(_as_text(content), allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")


def _as_text(content: Any) -> Any:
    """Codes and numbers as keys are texts."""
    if isinstance(content, dict):
        return {str(key): _as_text(value) for key, value in content.items()}
    return [_as_text(value) for value in content] if isinstance(content, list) else content
