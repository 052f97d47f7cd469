"""What is the caller's session busy with, once this effect is carried out? Each way of being busy, with its effect."""

from __future__ import annotations

from collections.abc import Mapping

from ivr_flows.expressions import Value
from ivr_flows.messages import FlowEffect, HangUp, JoinQueue, MuteRecording, Perform, Request, SayPrompts, Spoken
from ivr_flows.said import Items
from ivr_flows.session import Asking, Over, Performing, Session, Speaking


def perform(session: Session, request: Request) -> list[FlowEffect]:
    """Have something done; the session waits for what comes of it."""
    session.performed += 1
    session.doing = Performing(session.performed)
    return [Perform(session.performed, request)]


def computed(session: Session, expressions: Mapping[str, str]) -> dict[str, Value]:
    """What each expression comes to now."""
    return {name: session.evaluate(expression) for name, expression in expressions.items()}


def say(session: Session, items: Items, *, interruptible: bool) -> SayPrompts:
    """Say ``items`` as they are now."""
    return say_these(session, resolved(session, items), interruptible=interruptible)


def say_these(session: Session, what: tuple[str | Spoken, ...], *, interruptible: bool) -> SayPrompts:
    """Say prompts and values."""
    session.said += 1
    session.doing = Speaking(session.said)
    return SayPrompts(session.said, what, session.language, interruptible)


def resolved(session: Session, items: Items) -> tuple[str | Spoken, ...]:
    """Prompts by their ids, and values as they are now."""
    found: list[str | Spoken] = []
    for item in items:
        if item.value is not None:
            kind, expression = item.value
            found.append(Spoken(kind, session.evaluate(expression)))
        elif item.prompt_id is not None:
            found.append(item.prompt_id)
    return tuple(found)


def unmute(session: Session) -> list[FlowEffect]:
    """The end of a payment's silence, if there is one."""
    if not session.muted:
        return []
    session.muted = False
    return [MuteRecording(muted=False)]


def end(session: Session, effect: JoinQueue | HangUp) -> list[FlowEffect]:
    """The flow's last effect."""
    session.doing, session.asking = Over(), Asking()
    return [*unmute(session), effect]
