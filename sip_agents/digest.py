"""What proves to a registrar or proxy that we know the password? (RFC 2617, 7616 and 8760)"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sip_agents.errors import MalformedMessage

Algorithm: TypeAlias = Literal["MD5", "SHA-256", "MD5-sess", "SHA-256-sess"]
_STRENGTH: Final[tuple[Algorithm, ...]] = ("SHA-256", "SHA-256-sess", "MD5", "MD5-sess")
_PAIR = re.compile(r'\s*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to a registrar; the secret stays out of repr."""

    user: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials({self.user!r}, ...)"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A WWW-Authenticate or Proxy-Authenticate of scheme Digest. ``uses_qop`` is False for RFC 2069's old form."""

    realm: str
    nonce: str
    algorithm: Algorithm
    opaque: str | None
    uses_qop: bool
    stale: bool


def strongest(headers: Iterable[str]) -> Challenge | None:
    """The strongest challenge among header values that we can answer, or None; unreadable ones are passed over."""
    challenges = []
    for value in headers:
        try:
            challenges.append(parse_challenge(value))
        except MalformedMessage:
            continue
    return min(challenges, key=lambda one: _STRENGTH.index(one.algorithm), default=None)


def parse_challenge(value: str) -> Challenge:
    """Raises MalformedMessage for another scheme, algorithm or quality of protection than we can answer."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        raise MalformedMessage(f"not a Digest challenge: {scheme!r}")
    pairs = _pairs(rest)
    algorithm = next((one for one in _STRENGTH if one.lower() == pairs.get("algorithm", "MD5").lower()), None)
    qops = {qop.strip().lower() for qop in pairs["qop"].split(",")} if "qop" in pairs else None
    if algorithm is None or "realm" not in pairs or "nonce" not in pairs or (qops is not None and "auth" not in qops):
        raise MalformedMessage("a challenge that cannot be answered")
    return Challenge(
        realm=pairs["realm"],
        nonce=pairs["nonce"],
        algorithm=algorithm,
        opaque=pairs.get("opaque"),
        uses_qop=qops is not None,
        stale=pairs.get("stale", "").lower() == "true",
    )


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if not found:
            raise MalformedMessage("unreadable Digest parameters")
        quoted, bare = found[2], found[3]
        pairs[found[1].lower()] = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        at = found.end()
    return pairs


def _hash(algorithm: Algorithm, text: str) -> str:
    if algorithm.startswith("SHA-256"):
        return hashlib.sha256(text.encode()).hexdigest()
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # the protocol's choice, not ours


def answer(challenge: Challenge, who: Credentials, method: str, uri: str, cnonce: str, count: int = 1) -> str:
    """The ``response`` value: H(H(A1) : nonce [: nc : cnonce : auth] : H(A2)) of RFC 7616, section 3.4.1."""

    def hashed(text: str) -> str:
        return _hash(challenge.algorithm, text)

    first = hashed(f"{who.user}:{challenge.realm}:{who.secret}")
    if challenge.algorithm.endswith("-sess"):
        first = hashed(f"{first}:{challenge.nonce}:{cnonce}")
    second = hashed(f"{method}:{uri}")
    middle = f"{challenge.nonce}:{count:08x}:{cnonce}:auth" if challenge.uses_qop else challenge.nonce
    return hashed(f"{first}:{middle}:{second}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def authorization(challenge: Challenge, who: Credentials, method: str, uri: str, cnonce: str, count: int = 1) -> str:
    """The value of the Authorization (or Proxy-Authorization) header; ``cnonce`` is fresh and unguessable."""
    response = answer(challenge, who, method, uri, cnonce, count)
    parts = [
        f"username={_quoted(who.user)}",
        f"realm={_quoted(challenge.realm)}",
        f"nonce={_quoted(challenge.nonce)}",
        f"uri={_quoted(uri)}",
        f'response="{response}"',
        f"algorithm={challenge.algorithm}",
    ]
    if challenge.opaque is not None:
        parts.append(f"opaque={_quoted(challenge.opaque)}")
    if challenge.uses_qop:
        parts += ["qop=auth", f"nc={count:08x}"]
    if challenge.uses_qop or challenge.algorithm.endswith("-sess"):
        parts.append(f'cnonce="{cnonce}"')
    return "Digest " + ", ".join(parts)
