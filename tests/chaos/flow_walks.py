"""Where does a caller end who presses anything, in a flow that nobody meant? Random walks with the flow simulator."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Final

from ari_app.centre import Centre
from ivr_flows.messages import (
    AskCallable,
    AskHours,
    AskService,
    ConnectWith,
    JoinQueue,
    Request,
    RunAgi,
    Spoken,
    TakeMessage,
)
from ivr_flows.rehearsal import Outcome, Rehearsal, World
from ivr_flows.saying import pieces
from ivr_flows.session import Session
from ivr_flows.shapes import KEYS

ACTIONS: Final = 40
"""What a caller does at most before only waiting."""
SILENT_WAITS: Final = 1_500
"""More than the interpreter lets anybody stay (session.MAX_STEPS): whoever is still there then stays for ever."""
VALUES: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        7,
        10**30,
        0.1,
        -2.5,
        1e308,
        float("inf"),
        float("nan"),
        "",
        "1",
        "x" * 5_000,
        "ñ\n\0",
        "\ud800",
    ),
    *("2026-02-30", "2026-11-27", "1e9", "-0", "٣"),
)
"""What other systems may answer in a field."""


class NeverEnds(AssertionError):
    """A caller who does nothing stays in the flow for ever."""


def walk_through(centre: Centre, chance: random.Random, walks: int) -> None:
    """``walks`` callers, each in a flow and at an entry taken at random. Raises NeverEnds, or whatever a caller may run into."""
    for _ in range(walks):
        name = chance.choice(sorted(centre.flows))
        entry = chance.choice(sorted(centre.flows[name].entries))
        caller = chance.choice(("600111222", "", "+34600111222", "anonymous"))
        session = Session.begin(centre.flows, name, entry, centre.default_language, caller=caller, number="900100200")
        talk = Rehearsal(session, _world(chance))
        _walk(talk, chance)
        _say_all(centre, talk)


def _walk(talk: Rehearsal, chance: random.Random) -> None:
    for _ in range(chance.randrange(ACTIONS)):
        match chance.randrange(8):
            case 0 | 1 | 2 | 3:
                talk.presses("".join(chance.choices(KEYS, k=chance.choice((1, 1, 1, 4, 9, 40)))))
            case 4 | 5:
                talk.listens()
            case 6:
                talk.waits()
            case _:
                talk.is_served()
    if chance.random() < 0.05:
        talk.hangs_up()
    for _ in range(SILENT_WAITS):
        if talk.ending is not None:
            break
        talk.waits()
    else:
        raise NeverEnds(f"{talk.session.name} at {talk.session.step}")
    assert not isinstance(talk.ending, JoinQueue) or talk.ending.queue, "a queue without a name"


def _world(chance: random.Random) -> World:
    def answers(session: Session, request: Request) -> Outcome:
        outcome = chance.choice((*_OUTCOMES[type(request)], "failed", "", "nonsense", "200 ", "९९९"))
        saved: tuple[tuple[str, str], ...] = request.saved if isinstance(request, AskService | RunAgi) else ()
        values: Mapping[str, Any] = {variable: chance.choice(VALUES) for variable, _ in saved}
        return outcome, values

    return answers


_OUTCOMES: Final[Mapping[type[Request], tuple[str, ...]]] = {
    AskHours: ("open", "open", "closed", "holiday"),
    AskService: ("200", "200", "201", "404", "500", "999"),
    RunAgi: ("next",),
    AskCallable: ("yes", "no"),
    ConnectWith: ("over",),
    TakeMessage: ("next",),
}


def _say_all(centre: Centre, talk: Rehearsal) -> None:
    """Whatever the caller is told has a sound, as the live call looks for it (ari_app/calls/exchange.py)."""
    for said in talk.said:
        if isinstance(said.what, Spoken):
            value = said.what.value
            found = None if value is None else pieces(said.what.kind, value, said.language)
            assert all(centre.piece_media(piece, said.language) for piece in found or ()), "a piece without a sound"
        else:
            assert centre.prompt_media(said.what, said.language), "a prompt without a sound"
