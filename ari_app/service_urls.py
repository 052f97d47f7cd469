"""Is this the URL of a service, whose host does it name, and what is really asked when a caller's values are put into it?

Values come from callers, who may write what they like. They fill the ``{names}`` of a URL's path and query, percent-encoded, and
can change neither its host nor the shape of its path.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from ivr_flows.explain import wrong
from ivr_flows.expressions import Value

DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443, "agi": 4573}
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile("[a-z][a-z0-9_]{0,39}")
_PLAIN: Final = re.compile(r"([A-Za-z0-9._~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*")
_DOTS: Final = frozenset({".", ".."})


class CannotBeSent(ValueError):
    """What stands in a path would be another path; the message names the value's name, never the value."""


def checked(url: str, schemes: Collection[str]) -> str:
    """Validator: a URL of one of ``schemes`` with names in path and query only. Its text is not told: it may hold a password."""
    one_such = f"write one such as {next(iter(schemes))}://127.0.0.1:9001/customers"
    beyond = url.partition("://")[2]
    authority, path = re.match("([^/?#]*)([^?#]*)", beyond).groups()  # type: ignore[union-attr]  # always matches
    if "@" in authority:
        raise wrong("a URL here has no user and password", "give them in a header, from an environment variable")
    if "{" in authority or "}" in authority:
        raise wrong("a name in braces stands in the host", "use names in the path and the query only")
    if "#" in url:
        raise wrong("what follows # is never sent", "remove it")
    for name in _PLACEHOLDER.findall(beyond):
        if not _NAME.fullmatch(name):
            raise wrong(f"{{{name}}} is not the name of a variable", "use a-z, 0-9 and _, a letter first")
    try:
        parts = urlsplit(_PLACEHOLDER.sub("x", url))
        fits = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not _PLAIN.fullmatch(_PLACEHOLDER.sub("x", url)):
        raise wrong(f"is not a URL of {' or '.join(schemes)}", one_such)
    if _DOTS & set(path.split("/")):
        raise wrong("the path holds . or ..", "write the path that is meant")
    return url


def host_port(url: str) -> tuple[str, int]:
    """The host, in small letters, and the port of a checked URL."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or own_port(url)


def own_port(url: str) -> int:
    """The port that the scheme of a checked URL has of its own; ``HTTP://`` is ``http://`` (RFC 3986, section 3.1)."""
    return DEFAULT_PORTS[urlsplit(url).scheme]


def names_in(url: str) -> tuple[str, ...]:
    """The names that are filled in, in their order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(url)))


def filled(url: str, sent: Mapping[str, Value]) -> str:
    """The URL with the values of ``sent`` for its names.

    Raises CannotBeSent for a path with an empty value (it would be that of all customers, not of one), or with ``.`` or ``..``
    between slashes (which servers take for the path above, however they are written).
    """
    path, mark, query = url.partition("?")
    for name in names_in(path):
        if not text_of(sent.get(name)):
            raise CannotBeSent(f"{name} has no value, and stands in the path")
    plain = _PLACEHOLDER.sub(lambda name: text_of(sent.get(name[1])), path)
    if _DOTS & set(re.split(r"[/\\]", plain)):
        raise CannotBeSent(f"a value ({', '.join(names_in(path))}) would change the path")
    return _encoded_in(path, sent) + mark + _encoded_in(query, sent)


def with_query(url: str, sent: Mapping[str, Value]) -> str:
    """``url`` (already filled) with ``sent`` as its query, after what it has of one."""
    given = {name: text_of(value) for name, value in sent.items() if value is not None}
    if not given:
        return url
    joint = "&" if "?" in url else "?"
    return url + joint + urlencode(given, safe="", quote_via=quote, errors="replace")


def text_of(value: Value) -> str:
    """A value as it stands in a URL."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _encoded_in(part: str, sent: Mapping[str, Value]) -> str:
    return _PLACEHOLDER.sub(lambda name: _encoded(text_of(sent.get(name[1]))), part)


def _encoded(text: str) -> str:
    # quote() leaves the full stop alone, which has a meaning in paths.
    return quote(text, safe="", errors="replace").replace(".", "%2E")
