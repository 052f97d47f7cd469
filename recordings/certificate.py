"""What was removed of one customer, and what remained? A certificate that anybody with the key can check. Pure.

The customer stands in it as the keyed hash of the number. The canonical form is JSON with sorted keys, without blanks, in UTF-8.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Remained:
    """What was not removed, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What one place removed: how many, of what; ``items`` names them, as far as names say nothing of the customer."""

    count: int
    what: str
    remained: tuple[Remained, ...] = ()
    items: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """One customer's erasure: ``calls`` are those known when it was asked, ``done`` what each place has reported so far.

    ``certificate`` (with its ``sha256`` and ``signature``) is empty until every place has.
    """

    id: str
    who: str
    by: str
    asked_at: float
    calls: tuple[str, ...]
    done: Mapping[str, Erased]
    certificate: str = ""
    sha256: str = ""
    signature: str = ""


def certificate_of(erasure: Erasure, now: float) -> dict[str, Any]:
    """What is certified once every place is done."""
    return {
        "version": VERSION,
        "id": erasure.id,
        "customer": erasure.who,
        "asked_by": erasure.by,
        "asked_at": _shown(erasure.asked_at),
        "finished_at": _shown(now),
        "calls": sorted(erasure.calls),
        "removed": sum(one.count for one in erasure.done.values()),
        "places": [{"place": name, **asdict(one)} for name, one in sorted(erasure.done.items())],
    }


def canonical(certificate: Mapping[str, Any]) -> str:
    """The one text that is hashed and signed."""
    return json.dumps(certificate, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sealed(text: str, key: bytes) -> tuple[str, str]:
    """SHA-256 and HMAC-SHA256 of a canonical text, as hex digits."""
    data = text.encode()
    return sha256(data).hexdigest(), hmac.new(key, data, sha256).hexdigest()


def is_genuine(text: str, digest: str, signature: str, key: bytes) -> bool:
    """Whether both fit the canonical ``text``."""
    wanted_digest, wanted_signature = sealed(text, key)
    return hmac.compare_digest(wanted_digest, digest) and hmac.compare_digest(wanted_signature, signature)


def erased_from(fields: Mapping[str, Any]) -> Erased:
    """What was kept of a place's report with ``asdict``."""
    remained: Sequence[Mapping[str, str]] = fields["remained"]
    return Erased(fields["count"], fields["what"], tuple(Remained(**one) for one in remained), tuple(fields["items"]))


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
