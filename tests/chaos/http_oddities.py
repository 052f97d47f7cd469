"""Which HTTP requests would no proper client send? Odd paths, headers, bodies, ranges and tokens, as bytes, by a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Final

from tests.chaos.byte_mutations import spliced, spoilt
from tests.chaos.http_requests import HEAD_END, Known, sensible, valid, with_body, written
from tests.chaos.http_words import (
    METHODS,
    ODD_AUTH,
    ODD_EVENT_IDS,
    ODD_HEADERS,
    ODD_JSON,
    ODD_PIECES,
    ODD_RANGES,
    ODD_TEXT,
    ODD_TYPES,
)


def _odd_path(chance: random.Random, known: Known) -> bytes:
    method, target, token, body = sensible(chance, known)
    pieces = target.split(b"/")
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(1, len(pieces))
        pieces[at] = chance.choice(
            (chance.choice(ODD_PIECES), pieces[at] + chance.choice(ODD_PIECES), chance.choice(ODD_PIECES) + pieces[at])
        )
    target = b"/".join(pieces)
    target = chance.choice((target, target, target, b"http://127.0.0.1" + target, b"*", target + b"/", b"127.0.0.1:1"))
    return written(method, target, token, None if body is None else json.dumps(body).encode())


def _odd_query(chance: random.Random, known: Known) -> bytes:
    names = (
        "limit",
        "after",
        "from",
        "to",
        "queue",
        "caller",
        "customer",
        "min_length_s",
        "max_silence",
        "held",
        "text",
        "call",
        "format",
        "lang",
        "ended",
        "before",
        "who",
        "act",
        "kind",
        "mode",
        "x",
        "",
    )
    values = (
        *(text.encode("utf-8", "surrogatepass") for text in ODD_TEXT),
        *ODD_PIECES,
        b"2026-13-45",
        b"2026-01-01",
        b"9" * 400,
        b"1,2",
        b"0001-01-01T00:00:00+23:59",
        b"9999-12-31T23:59:59-23:59",
    )
    pairs = [
        f"{chance.choice(names)}=".encode() + _quoted(chance, chance.choice(values))
        for _ in range(chance.choice((1, 1, 2, 5, 100)))
    ]
    target = chance.choice(
        (
            "recordings",
            "audit",
            "calls",
            "figures",
            "recordings/{recording}/audio",
            "calls/{call}/why",
            "queues/{queue}/why-waiting",
        )
    )
    for name in ("call", "queue", "recording"):
        target = target.replace(f"{{{name}}}", known.some(chance, name))
    token = known.tokens[chance.choice(sorted(known.tokens))]
    return written("GET", f"/api/v1/{target}?".encode() + b"&".join(pairs), token, None)


def _quoted(chance: random.Random, value: bytes) -> bytes:
    return b"".join(b"%%%02x" % byte for byte in value[:2_000]) if chance.random() < 0.7 else value


def _odd_values(chance: random.Random, known: Known) -> bytes:
    """JSON of the right shape with values, names, or parts that are not."""
    method, target, token, body = with_body(chance, known)
    body = json.loads(json.dumps(body))
    for _ in range(chance.choice((1, 1, 2, 3))):
        keys = list(body)
        match chance.randrange(5):
            case 0 if keys:
                del body[chance.choice(keys)]
            case 1:
                body[chance.choice(ODD_TEXT)] = chance.choice(ODD_JSON)
            case 2 if keys and isinstance(body[inner := chance.choice(keys)], dict):
                body[inner][chance.choice(("operator", "queue", "number", "", "ventas"))] = chance.choice(ODD_JSON)
            case _ if keys:
                body[chance.choice(keys)] = chance.choice(ODD_JSON)
    return written(method, target, token, json.dumps(body).encode())


def _odd_json(chance: random.Random, known: Known) -> bytes:
    """No JSON, or JSON that is no object, or deeper, larger and stranger than any."""
    method, target, token, body = with_body(chance, known)
    good = json.dumps(body).encode()
    deep = chance.choice((50, 1_000, 9_000, 30_000))
    odd = (
        *(
            b"",
            b"{",
            b"}",
            b"[]",
            b"null",
            b"1",
            b'"x"',
            b"{}",
            b"{,}",
            b"{'a': 1}",
            b'{"a": }',
            b"NaN",
            b"\xef\xbb\xbf" + good,
            good + good,
            good[:-1],
        ),
        *(
            b"[" * deep,
            b"[" * deep + b"]" * deep,
            b'{"a":' * deep + b"1" + b"}" * deep,
            b'{"state":' + b"9" * deep + b"}",
            b'{"code":"' + b"\\ud800" * 9 + b'"}',
        ),
        *(
            good.decode().encode("utf-16"),
            good.decode().encode("utf-32"),
            b"\xff" + good,
            good.replace(b'"', b"\0", 1),
            b" " * 60_000 + good,
            b"{" + b'"a":1,' * 9_000 + b'"b":2}',
        ),
        *(
            b"x" * (64 * 1024),
            b"x" * (64 * 1024 + 1),
            b'"' + b"x" * 300_000 + b'"',
            good.replace(b"}", b', "x": 1e999}'),
            b'{"state":"ready","state":"paused"}',
        ),
    )
    return written(method, target, token, chance.choice(odd))


def _odd_type(chance: random.Random, known: Known) -> bytes:
    method, target, token, body = with_body(chance, known)
    raw = chance.choice(
        (
            json.dumps(body).encode(),
            b"a=b&state=ready",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n",
            b"<x/>",
        )
    )
    return written(method, target, token, raw, kind=chance.choice(ODD_TYPES))


def _odd_headers(chance: random.Random, known: Known) -> bytes:
    method, target, token, body = sensible(chance, known)
    extra = [chance.choice(ODD_HEADERS) for _ in range(chance.choice((1, 1, 2, 4, 120)))]
    raw = None if body is None else json.dumps(body).encode()
    chunked = b"5\r\nhello\r\nfffffffffffffffff\r\n" if chance.random() < 0.2 else b""
    return written(method, target, token, raw, extra) + chunked


def _odd_token(chance: random.Random, known: Known) -> bytes:
    method, target, token, body = sensible(chance, known)
    line = b"Authorization: " + chance.choice(ODD_AUTH).replace(b"{token}", token.encode() or b"x")
    if token and chance.random() < 0.4:
        line = b"Authorization: Bearer " + spoilt(chance, token.encode(), 8_000).replace(b"\n", b"").replace(b"\r", b"")
    lines = [line] * chance.choice((1, 1, 2))
    return written(method, target, "", None if body is None else json.dumps(body).encode(), lines)


def _odd_method(chance: random.Random, known: Known) -> bytes:
    _, target, token, body = sensible(chance, known)
    head = (
        chance.choice(METHODS)
        + b" "
        + target
        + b" "
        + chance.choice((b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"", b"http/1.1"))
    )
    raw = b"" if body is None else json.dumps(body).encode()
    return (
        head
        + b"\r\nHost: x\r\nAuthorization: Bearer "
        + token.encode()
        + b"\r\nContent-Length: %d" % len(raw)
        + HEAD_END
        + raw
    )


def _ranges(chance: random.Random, known: Known) -> bytes:
    token = known.tokens[chance.choice(sorted(known.tokens))]
    kind, id_ = chance.choice(
        (("recordings", known.some(chance, "recording") + "/audio"), ("listen", known.some(chance, "link")))
    )
    headers = [b"Range: " + chance.choice(ODD_RANGES) for _ in range(chance.choice((1, 1, 1, 3)))]
    headers += [
        chance.choice((b'If-Range: "x"', b"If-Range: \xff", b"If-None-Match: *", b"If-None-Match: " + b"W/" * 900))
    ] * chance.randrange(2)
    return written(
        "GET", f"/api/v1/{kind}/{id_}?format={chance.choice(('opus', 'mp3', 'wav'))}".encode(), token, None, headers
    )


def _events(chance: random.Random, known: Known) -> bytes:
    token = known.tokens[chance.choice(sorted(known.tokens))]
    headers = [
        b"Accept: text/event-stream",
        *(b"Last-Event-ID: " + chance.choice(ODD_EVENT_IDS) for _ in range(chance.choice((1, 1, 2)))),
    ]
    return written(
        "GET", b"/api/v1/events" + chance.choice((b"", b"", b"?x=%00", b"?access_token=x")), token, None, headers
    )


def _pipelined(chance: random.Random, known: Known) -> bytes:
    return b"".join(valid(chance, known) for _ in range(chance.choice((2, 5, 20))))


ODDITIES: Final[Mapping[str, Callable[[random.Random, Known], bytes]]] = {
    "odd path": _odd_path,
    "odd query": _odd_query,
    "odd values": _odd_values,
    "odd JSON": _odd_json,
    "odd content type": _odd_type,
    "odd headers": _odd_headers,
    "odd token": _odd_token,
    "odd method": _odd_method,
    "odd range": _ranges,
    "odd Last-Event-ID": _events,
    "pipelined": _pipelined,
}


def odd_request(chance: random.Random, known: Known) -> tuple[str, bytes]:
    """(its kind, the request's bytes). Values are odd more often: there is most to be odd in them."""
    kind = chance.choice((*ODDITIES, "odd values", "odd values", "odd JSON"))
    return kind, ODDITIES[kind](chance, known)


def spoilt_request(chance: random.Random, known: Known) -> tuple[str, bytes]:
    """A valid request with some of its bytes changed, or the beginning of one and the end of another."""
    if chance.random() < 0.1:
        return "spliced bytes", spliced(chance, [valid(chance, known), valid(chance, known)])
    return "spoilt bytes", spoilt(chance, valid(chance, known))
