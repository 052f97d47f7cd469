"""What does our own OpenAPI allow, and what does it not? Requests that schemathesis makes of it, good ones and bad ones."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from tests.chaos.http_exchange import ATTACKER_IP
from tests.chaos.http_requests import Known

if TYPE_CHECKING:
    import requests
    from schemathesis import Case, Response
    from schemathesis.schemas import APIOperation

    AnyCase = Case[Any]
    AnyOperation = APIOperation[Any, Any, Any, Any]

IN_A_ROW: Final = 10
"""Cases made of one operation, in one mode, for one role."""
ANSWERED_S: Final = 15.0
NOT_HERE: Final = ("/api/v1/events",)
"""A stream without an end: see http_oddities."""
NOT_HTTP: Final = b"Invalid HTTP request received."
"""What uvicorn itself answers, before the API, to headers such as ``Transfer-Encoding: nonsense``."""
OWN_CODE: Final = "1005"
"""Of the operator whose token is used."""
_IDS: Final = {
    "call_id": "call",
    "code": "operator",
    "supervisor": "operator",
    "name": "queue",
    "recording_id": "recording",
    "token": "link",
}
Mode = Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A case that was sent: what was answered, or ``failed`` with why there was no answer; ``undocumented``: in what the answer is
    not one of those that the schema tells."""

    kind: str
    status: int | None
    took_s: float
    failed: str | None
    sent: bytes
    undocumented: str | None = None


def send_cases(
    openapi: Mapping[str, Any],
    base_url: str,
    known: Known,
    count: int,
    seed: int,
    told: Callable[[Sent], None],
    over: threading.Event,
) -> None:
    """Send ``count`` cases for the roles of ``known`` one after the other, telling each; to be run in a thread of its own.

    About every second one is about something that there is: the schema knows no ids.
    """
    made = 0
    chance = random.Random(seed)
    for number, (operation, mode, role) in enumerate(_turns(openapi, sorted(known.tokens), chance)):
        wanted = min(IN_A_ROW, count - made)
        if wanted <= 0 or over.is_set():
            return
        for case in _cases(operation, mode, wanted, seed + number):
            if chance.random() < 0.6:
                _about_what_is_there(case, known, role, chance)
            sent = _send(case, base_url, known.tokens[role], f"schema {mode}, {role or 'no token'}")
            if sent is not None:
                made += 1
                told(sent)


def _turns(
    openapi: Mapping[str, Any], roles: list[str], chance: random.Random
) -> Iterator[tuple[AnyOperation, Mode, str]]:
    """Every operation, in both modes, for every role, in a random order; over and over again."""
    import schemathesis  # a second, and only these tests need it

    schema = schemathesis.openapi.from_dict(dict(openapi))
    operations: list[AnyOperation] = [found.ok() for found in schema.get_all_operations() if hasattr(found, "ok")]
    modes: tuple[Mode, ...] = ("positive", "negative")
    turns = [
        (operation, mode, role)
        for operation in operations
        if operation.path not in NOT_HERE
        for mode in modes
        for role in roles
    ]
    while True:
        chance.shuffle(turns)
        yield from turns


def _cases(operation: AnyOperation, mode: Mode, count: int, seed: int) -> list[AnyCase]:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis.errors import Unsatisfiable
    from schemathesis import GenerationMode

    made: list[AnyCase] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(operation.as_strategy(generation_mode=GenerationMode(mode)))
    def keep(case: AnyCase) -> None:
        made.append(case)

    try:
        keep()
    except Unsatisfiable:
        return []  # nothing to be wrong in
    return made[:count]


def _about_what_is_there(case: AnyCase, known: Known, role: str, chance: random.Random) -> None:
    for name in list(case.path_parameters or ()):
        kind = _IDS.get(name)
        if kind == "operator" and role == "operator":
            case.path_parameters[name] = OWN_CODE  # another's would only be 403
        elif kind is not None and known.ids.get(kind):
            case.path_parameters[name] = chance.choice(known.ids[kind])


def _send(case: AnyCase, base_url: str, token: str, kind: str) -> Sent | None:
    """None for what cannot be sent over HTTP at all."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    began = time.monotonic()
    try:
        with _from(ATTACKER_IP) as session:
            answer = case.call(base_url=base_url, headers=headers, timeout=ANSWERED_S, session=session)
    except Exception as error:  # of whichever client schemathesis uses
        name = type(error).__name__
        if name in ("InvalidURL", "InvalidHeader", "UnicodeEncodeError", "UnicodeError", "LocationParseError"):
            return None
        return Sent(kind, None, time.monotonic() - began, f"{name}: {error}"[:300], _as_text(case, base_url))
    took_s = time.monotonic() - began
    undocumented = _undocumented(case, answer)
    text = _as_text(case, base_url) if undocumented or answer.status_code >= 500 else b""
    return Sent(kind, answer.status_code, took_s, None, text, undocumented)


def _from(address: str) -> requests.Session:
    """A session whose connections come from there."""
    import requests
    from requests.adapters import HTTPAdapter

    class FromThere(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs, source_address=(address, 0))

    session = requests.Session()
    session.mount("http://", FromThere())
    return session


def _undocumented(case: AnyCase, answer: Response) -> str | None:
    from schemathesis.specs.openapi import checks

    if answer.status_code == 400 and answer.content == NOT_HTTP:
        return None
    told = [
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]
    try:
        case.validate_response(answer, checks=told)
    except (Exception, BaseExceptionGroup) as differs:
        return f"{case.operation.label}: {answer.status_code}: {getattr(differs, 'exceptions', [differs])[0]}"[:500]
    return None


def _as_text(case: AnyCase, base_url: str) -> bytes:
    """As a command for curl, without the token."""
    return case.as_curl_command(headers={}).encode("utf-8", "replace")
