"""A thousand numbers that nobody here may ever reach, as people who want to telephone at others' cost dial them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

PREMIUM: Final = (
    "803123456",
    "806123456",
    "807456789",
    "905123456",
    "907123456",
    "118999",
    "11888",
    "25553",
    "79555",
    "35123",
)
INTERNATIONAL: Final = (
    "0053712345", "00881612345678", "00882123456", "0025261234567", "003714567890", "0034803123456", "01144900123456",
    "810442071234567",
    "+5371234567", "+881612345678", "+4490012345678", "+1900555123", "+34803123456", "+2526123456", "+37090012345", "+9609001234",
)  # fmt: skip
SHORT: Final = ("112", "091", "092", "062", "061", "1004", "010", "017", "1", "0", "00", "900", "911", "999")
CODES: Final = (
    "*21*600000000#",
    "*67600000000",
    "**05*",
    "*#06#",
    "*31#600000000",
    "*72",
    "*3",
    "*1",
    "*19",
    "*35",
    "*310",
    "#31#6",
    "*",
)
NEARLY: Final = (
    "6000000000",
    "60000000",
    "912000111",
    "600000000",
    "0600000000",
    "+600000000",
    "900100200#1",
    "900100200,1",
    "900100200 1",
)
"""Numbers that flows may call are none that phones may dial."""

WRAPPED: Final = (
    "{n}", "9{n}", "0{n}", "00{n}", "{n}#", "*{n}", "{n}&PJSIP/{n}@carrier-demo", "PJSIP/{n}@carrier-demo", "Local/{n}@internal",
    "{n}@from-carrier", "{n}/n", "{n};phone-context=+34", "{n};isub=1;ext=2", "{n},1,Dial", "{n}|1", "{n}%23", "{n}\\n1", "{n} {n}",
    "sip:{n}@127.0.0.2", "tel:{n}", "${{EXTEN}}{n}", "{n}\u0661\u0662", "\u0666{n}", "{n}\u00e9\u4e2d", "../{n}",
    "{n}'--", "inbound,{n},1", "h{n}",
)  # fmt: skip
TO_OTHERS: Final = (
    "sip:{n}@127.0.0.2:{port}",
    "sip:{n}@127.0.0.2:{port};transport=udp",
    "sips:{n}@127.0.0.2",
    "tel:{n}",
    "sip:127.0.0.2:{port}",
)
NUMBER: Final = 1000


def dialled() -> list[str]:
    """What is dialled, as text: the first ``NUMBER`` that are all different, each kind among them."""
    plain = [*PREMIUM, *INTERNATIONAL, *SHORT, *CODES, *NEARLY]
    long = [one * times for one in ("00", "900100200", "*31") for times in (50, 400)]
    wrapped = (how.format(n=number) for how, number in _mixed(plain))
    return list(dict.fromkeys([*plain, *long, *wrapped]))[:NUMBER]


def _mixed(plain: list[str]) -> Iterator[tuple[str, str]]:
    return ((how, number) for number, how in itertools.product(plain, WRAPPED))


def uris(registrar: tuple[str, int], carrier_port: int) -> list[str]:
    """Request-URIs of a thousand INVITEs: the escaped form, ones that name the carrier, and last the raw ones, which are no SIP
    (they get no answer, for which a test waits)."""
    at = f"{registrar[0]}:{registrar[1]}"
    made: list[str] = []
    raw: list[str] = []
    for nth, text in enumerate(dialled()):
        if nth % 10 == 9:
            raw.append(TO_OTHERS[nth // 10 % len(TO_OTHERS)].format(n=quote(text, safe=""), port=carrier_port))
        elif nth % 10 == 8:
            raw.append(f"sip:{text}@{at}")
        else:
            made.append(f"sip:{quote(text, safe='+*')}@{at}")
    return made + raw
