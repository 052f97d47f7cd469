"""What may stand in services.yaml? The systems that flows ask or hand a call to, and the only hosts that are ever asked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator

from ari_app import service_urls
from ari_app.services import AgiScript, AgiServer, AgiService, HttpService, Services
from ari_app.settings import BadSettings
from ivr_flows.explain import wrong
from ivr_flows.located_yaml import Located
from ivr_flows.problems import Problem, choose_among
from ivr_flows.shapes import Name, NoOtherKeys, Shape, each_once, matching

Where = tuple[str, ...]
Environment = Callable[[], Mapping[str, str]]
"""The variables that are set; looked up only where a file names one. May raise BadSettings."""
OURS: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "content-type", "expect", "host", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
_SENDABLE: Final = re.compile(r"[\x20-\x7e]{1,4000}")


def _http(url: str) -> str:
    return service_urls.checked(url, ("http", "https"))


def _agi(url: str) -> str:
    if "{" in url:
        raise wrong("an AGI service's URL has no names in braces", "send values as variables of the channel")
    return service_urls.checked(url, ("agi",))


def _header(name: str) -> str:
    if name.lower() in OURS:
        raise wrong(f"the header {name!r} is the engine's own", "remove it")
    return name


def _sendable(text: str) -> str:
    if not _SENDABLE.fullmatch(text):
        raise wrong("holds what cannot be sent in a header", "use printable characters of ASCII, on one line")
    return text


def _script(text: str) -> str:
    if text.startswith(("/", "~")) or "\\" in text or {"", ".", ".."} & set(text.split("/")):
        raise wrong(f"{text!r} is not a path within the centre's folder", "write it as agi/script.py")
    return text


Host = Annotated[
    str,
    *matching(
        r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?",
        "a host",
        "write one such as crm.example.com or 127.0.0.1:9001, in small letters",
    ),
]
VariableName = Annotated[
    str, *matching("[A-Za-z_][A-Za-z0-9_]{0,79}", "the name of an environment variable", "write one such as CRM_TOKEN")
]
HeaderName = Annotated[
    str,
    *matching("[A-Za-z0-9-]{1,60}", "the name of a header", "write one such as Authorization"),
    AfterValidator(_header),
]
Timeout = Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)]


class HeaderEntry(Shape):
    """A header's value: a text as it stands, or what an environment variable holds."""

    text: str | None = None
    env: VariableName | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"text": _sendable(value)} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.text is None) == (self.env is None):
            raise wrong("has no value", "write the text, or {env: VARIABLE}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic's customising of JSON Schema."""
        return {"anyOf": [handler.resolve_ref_schema(handler(core)), {"type": "string"}]}


class HttpEntry(Shape):
    """A service asked over HTTP; what each field means: services.HttpService."""

    url: Annotated[str, AfterValidator(_http)]
    method: Literal["GET", "POST"] = "GET"
    headers: Annotated[dict[HeaderName, HeaderEntry], NoOtherKeys()] = Field(default_factory=dict)
    timeout_s: Timeout = 2.0
    retries: Annotated[int, Field(ge=0, le=5)] = 1
    retry_post: bool = False

    @model_validator(mode="after")
    def _post_only(self) -> Self:
        if self.retry_post and self.method == "GET":
            raise wrong("retry_post belongs to POST", "remove it: a GET is tried again anyway")
        return self


class AgiEntry(Shape):
    """A service of AGI: a server's ``url``, or a ``script`` of the centre's folder."""

    url: Annotated[str, AfterValidator(_agi)] | None = None
    script: Annotated[str, AfterValidator(_script)] | None = None
    timeout_s: Timeout = 10.0

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.script is None):
            raise wrong("an AGI service is a server or a script", "give one of url and script")
        return self


class ServicesFile(Shape):
    """services.yaml"""

    hosts: Annotated[tuple[Host, ...], AfterValidator(each_once)] = ()
    http: Annotated[dict[Name, HttpEntry], NoOtherKeys()] = Field(default_factory=dict)
    agi: Annotated[dict[Name, AgiEntry], NoOtherKeys()] = Field(default_factory=dict)


def check_services(services: Located[ServicesFile], folder: Path, environment: Environment) -> Iterator[Problem]:
    """Hosts that are not among the allowed, environment variables that are not set, scripts that cannot be started."""
    file, places = services.value, services.places
    for path, url in _urls(file):
        if not _allowed(url, file.hosts):
            host, port = service_urls.host_port(url)
            shown = f"{host}:{port}"
            yield places.problem(path, f"{shown} is not among the hosts", choose_among(shown, file.hosts, "add it"))
    for path, variable in _variables(file):
        if told := _not_set(variable, environment):
            yield places.problem(path, *told)
    for name, entry in file.agi.items():
        if entry.script is not None and (told := _not_startable(folder, entry.script)):
            yield places.problem(("agi", name, "script"), *told)


def built(file: ServicesFile, folder: Path, environment: Environment) -> Services:
    """The services of a checked file."""
    has_secrets = next(_variables(file), None) is not None
    secrets: Mapping[str, str] = environment() if has_secrets else {}
    return Services(
        MappingProxyType({name: _http_service(name, entry, secrets) for name, entry in file.http.items()}),
        MappingProxyType({name: _agi_service(name, entry, folder) for name, entry in file.agi.items()}),
    )


def _http_service(name: str, entry: HttpEntry, secrets: Mapping[str, str]) -> HttpService:
    headers = {
        header: secrets[value.env] if value.env is not None else value.text or ""
        for header, value in entry.headers.items()
    }
    return HttpService(
        name, entry.url, entry.method, MappingProxyType(headers), entry.timeout_s, entry.retries, entry.retry_post
    )


def _agi_service(name: str, entry: AgiEntry, folder: Path) -> AgiService:
    if entry.url is not None:
        return AgiServer(name, entry.url, entry.timeout_s)
    return AgiScript(name, folder.resolve() / (entry.script or ""), entry.timeout_s)


def _urls(file: ServicesFile) -> Iterator[tuple[Where, str]]:
    for name, http in file.http.items():
        yield ("http", name, "url"), http.url
    for name, agi in file.agi.items():
        if agi.url is not None:
            yield ("agi", name, "url"), agi.url


def _variables(file: ServicesFile) -> Iterator[tuple[Where, str]]:
    for name, entry in file.http.items():
        for header, value in entry.headers.items():
            if value.env is not None:
                yield ("http", name, "headers", header), value.env


def _allowed(url: str, hosts: tuple[str, ...]) -> bool:
    """A host without a port stands for the port that the URL's scheme has of its own."""
    host, port = service_urls.host_port(url)
    written = f"[{host}]" if ":" in host else host
    by_scheme = port == service_urls.own_port(url)
    return f"{written}:{port}" in hosts or (by_scheme and written in hosts)


def _not_set(variable: str, environment: Environment) -> tuple[str, str] | None:
    try:
        value = environment().get(variable)
    except BadSettings as bad:
        return f"the environment variable {variable} cannot be looked up in .env", str(bad)
    if not value:
        return f"the environment variable {variable} is not set", "add it to .env"
    if not _SENDABLE.fullmatch(value):
        return (
            f"the environment variable {variable} holds what cannot be sent in a header",
            "give it on one line, in ASCII",
        )
    return None


def _not_startable(folder: Path, script: str) -> tuple[str, str] | None:
    path = (folder / script).resolve()
    if not path.is_relative_to(folder.resolve()):
        return f"{script!r} leads out of the centre's folder", "put the script itself there"
    if not path.is_file():
        return f"there is no file {script!r} in the centre's folder", "put it there, or correct the path"
    if not os.access(path, os.X_OK):
        return f"{script!r} is not executable", f"let it be run: chmod +x {script}"
    return None
