"""Which words do odd HTTP requests consist of? Addresses that make sense, and pieces that do not."""

from __future__ import annotations

from typing import Any, Final

ROUTES: Final[tuple[tuple[str, str, Any], ...]] = (
    *(
        ("GET", f"/api/v1/{name}", None)
        for name in ("queues", "operators", "calls", "calls?ended=true", "supervisions", "callbacks")
    ),
    *(
        ("GET", f"/api/v1/{name}", None)
        for name in ("voicemails", "figures", "pipeline", "audit?limit=5", "openapi.json")
    ),
    *(("GET", f"/api/v1/calls/{{call}}{more}", None) for more in ("", "/why", "/why?lang=en")),
    *(("GET", f"/api/v1/queues/{{queue}}{more}", None) for more in ("", "/why-waiting?lang=es")),
    *(("GET", "/api/v1/operators/{operator}", None), ("GET", "/healthz", None), ("GET", "/metrics", None)),
    ("GET", "/api/v1/recordings?limit=3&queue=soporte&min_length_s=0.1&from=2026-01-01T00:00:00Z", None),
    *(("GET", "/api/v1/recordings/{recording}", None), ("GET", "/api/v1/recordings/{recording}/peaks", None)),
    *(("GET", f"/api/v1/recordings/{{recording}}/audio?format={name}", None) for name in ("opus", "mp3", "wav")),
    ("GET", "/api/v1/listen/{link}?format=wav", None),
    ("POST", "/api/v1/login", {"code": "1019", "secret": "not the secret"}),
    ("POST", "/api/v1/operators/{operator}/state", {"state": "paused", "reason": "descanso"}),
    ("POST", "/api/v1/operators/{operator}/state", {"state": "ready", "queues": ["ventas"]}),
    ("POST", "/api/v1/operators/{operator}/wrap-up", {"extend_s": 5.5}),
    ("PUT", "/api/v1/operators/{operator}/queues", {"queues": {"ventas": 2}}),
    ("POST", "/api/v1/operators/{operator}/release", None),
    ("POST", "/api/v1/operators/{operator}/supervise", {"mode": "listen"}),
    ("POST", "/api/v1/calls/{call}/supervise", {"mode": "whisper"}),
    ("POST", "/api/v1/calls/{call}/disposition", {"code": "sold"}),
    ("POST", "/api/v1/calls/{call}/move", {"queue": "ventas", "priority": 3}),
    ("POST", "/api/v1/calls/{call}/transfer", {"to": {"operator": "1018"}, "ticket": "T-1", "keep_place": False}),
    ("POST", "/api/v1/calls/{call}/consult", {"to": {"number": "600000000"}, "ticket": "T-2"}),
    ("POST", "/api/v1/calls/{call}/recording", {"action": "pause"}),
    *(
        ("POST", f"/api/v1/calls/{{call}}/{name}", None)
        for name in ("hold", "resume", "conference", "consult/swap", "consult/cancel")
    ),
    ("POST", "/api/v1/calls/{call}/marks", {"text": "well said", "at": "2026-11-27T10:00:00Z"}),
    ("POST", "/api/v1/recordings/search", {"caller": "600111222", "text": "said", "limit": 10, "kind": "conversation"}),
    ("POST", "/api/v1/recordings/{recording}/links", {"minutes": 5, "plays": 3}),
    ("POST", "/api/v1/recordings/{recording}/marks", {"at_s": 0.5, "text": "here"}),
    ("PUT", "/api/v1/recordings/{recording}/hold", {"why": "a complaint"}),
    ("DELETE", "/api/v1/recordings/{recording}/hold", None),
    ("POST", "/api/v1/exports", {"queue": "soporte", "held": False}),
    *(("POST", "/api/v1/erasures", {"number": "+34600000009"}), ("DELETE", "/api/v1/supervisions/2001", None)),
    *(("DELETE", "/api/v1/callbacks/{call}", None), ("DELETE", "/api/v1/voicemails/{call}", None)),
    ("POST", "/api/v1/reload", None),
)
"""Requests that make sense, one a kind. None of them names who uses the system properly meanwhile."""

ODD_TEXT: Final = (
    *("", " ", "\x00", "ñ", "\u202e", "\ud800", "\udfff\ud800", "a\nb", "\x85\u2028", "x" * 65, "x" * 5000),
    *("'; DROP TABLE recordings;--", "%", "_", "*", "\\", "../..", "${7*7}", "{{7*7}}", "\x1b[2J", "٣٣٣", "1e999"),
    *("null", "true", "-1", "0", "😀" * 100, "1005\r\nX: y"),
)
ODD_JSON: Final[tuple[Any, ...]] = (
    *(*ODD_TEXT, None, True, False, 0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308),
    *(float("inf"), float("-inf"), float("nan"), [], {}, [[]], {"": None}, [None] * 500, {"a": {"a": {"a": {}}}}),
    *([{"operator": "1018"}], {"operator": "1018", "queue": "ventas"}),
)
ODD_PIECES: Final = (
    *(b"%00", b"%2e%2e", b"%2f", b"%5c", b"%ff", b"%c0%ae", b"%u0041", b"%", b"%2", b"%zz", b"..", b".", b""),
    *(b"//", b"\\", b";a=b", b"#x", b"%0d%0aX:%20y", b"%ed%a0%80", b"%F0%9F%98%80", "ñ".encode(), b"\xff\xfe"),
    *(b"*", b"%25%30%30", b"A" * 3000, b"A" * 70000, b"?x", b" "),
)
ODD_RANGES: Final = (
    *(b"bytes=0-", b"bytes=-1", b"bytes=-0", b"bytes=5-2", b"bytes=999999999-", b"bytes=0-0,2-3"),
    *(b"bytes=" + b"0-1," * 2000, b"bytes=a-b", b"items=0-1", b"bytes", b"bytes=-"),
    *(b"bytes=0-99999999999999999999999", b"bytes= 1 - 2", b"bytes=--1", b"\xb2-\xb3", b"bytes=\xb9-"),
)
ODD_EVENT_IDS: Final = (
    *(b"0-0", b"-1", b"9" * 5000, b"4-5120", b"\xff\xff", b"x" * 3000, b"1-1\t", b"NaN", b"%00", b""),
    b"99999999999-99999999999999",
)
ODD_TYPES: Final = (
    *(b"text/plain", b"application/xml", b"multipart/form-data", b"multipart/form-data; boundary="),
    *(b"application/json; charset=utf-16", b"application/json; charset=\xff", b"application/x-www-form-urlencoded"),
    *(b"", b"json", b"application/" + b"x" * 4000, b"application/merge+json"),
)
ODD_HEADERS: Final = (
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: identity"),
    *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: " + b"9" * 5000, b"Content-Length: 1, 1"),
    *(b"Content-Length: 0x10", b"Expect: 100-continue", b"Upgrade: websocket", b"Connection: Upgrade"),
    *(b"Upgrade: h2c", b"Host: evil.example", b"Host: a\r\nHost: b", b"X-Forwarded-For: 127.0.0.2"),
    *(b"Cookie: " + b"a=b;" * 900, b"Accept: " + b"text/html;q=0.1," * 500, b"Accept-Encoding: br, gzip;q=x"),
    *(b"Content-Encoding: gzip", b" folded: x", b"X" * 9000 + b": y", b"Bad Header: x", b"X-Null: \x00"),
    *(b"X-Bytes: \xff\xfe", b"If-Modified-Since: yesterday", b"If-None-Match: " + b'"x",' * 900),
    *(b'If-Range: W/"x"', b"Origin: null", b"X-HTTP-Method-Override: DELETE"),
    *(b"Access-Control-Request-Method: PUT", b"TE: trailers", b"Trailer: X", b"Keep-Alive: timeout=9999"),
)
ODD_AUTH: Final = (
    *(b"Bearer", b"Bearer ", b"bearer  x", b"Basic MjAwMTp4", b"Bearer a.b", b"Bearer \xff\xfe"),
    *(b"Bearer " + b"A" * 6000, b"Bearer WyIyMDAxIiw5OTk5OTk5OTk5XQ.x", b"Bearer .", b"Bearer WyJ4Il0.AAAA"),
    *(b"Digest username=x", b"Bearer .eJwDAAAAAAE.x", b"Bearer null", b"Bearer {token} {token}"),
    b"\tBearer {token}",
)
METHODS: Final = (
    *(b"OPTIONS", b"HEAD", b"PATCH", b"TRACE", b"CONNECT", b"PRI", b"get", b"G E T", b"", b"POST\x00", b"X" * 300),
    *(b"DELETE", b"PUT", b"GET", b"POST"),
)
