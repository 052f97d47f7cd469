"""Whom may a caller be passed on to, or an operator consult? And whom do the digits that a phone dialled mean?"""

from __future__ import annotations

from typing import Final, assert_never

from ari_app.asked import Target, ToNumber, ToOperator, ToQueue
from ari_app.centre import Centre
from ari_app.outbound import NotAllowed, way_out
from queues.acd import Acd

CAN_BE_CONSULTED: Final = frozenset({"ready", "wrap_up"})


def takes_offers(code: str, centre: Centre) -> bool:
    """Whether queues offer calls to the person with this code: an operator, not a supervisor."""
    return any(person.code == code for person in centre.operators)


def why_not(target: Target, operator: str, centre: Centre, acd: Acd, *, consult: bool) -> str | None:
    """Why ``operator`` cannot pass a caller on to ``target``, or ``consult`` there, at this moment; None: it can be done."""
    match target:
        case ToQueue(name=name):
            if consult:
                return "a queue cannot be consulted; transfer to it, or consult an operator"
            known = any(queue.name == name for queue in centre.queues)
            return None if known else f"there is no queue {name!r}"
        case ToNumber(number=number):
            return _not_allowed(number, centre)
        case ToOperator(code=code):
            return _not_free(code, operator, centre, acd, consult=consult)
        case _:
            assert_never(target)


def _not_allowed(number: str, centre: Centre) -> str | None:
    try:
        way_out(centre, number)
    except NotAllowed as refused:
        return str(refused)
    return None


def _not_free(code: str, operator: str, centre: Centre, acd: Acd, *, consult: bool) -> str | None:
    if code == operator:
        return "this operator has the call already"
    if not any(person.code == code for person in centre.people):
        return f"nobody has the code {code}"
    if not takes_offers(code, centre):
        return None  # a supervisor: whether the phone is free is seen when it is rung
    view = acd.operator(code)
    if not view.phone_reachable:
        return f"the phone of {code} is not reachable"
    allowed = CAN_BE_CONSULTED if consult else frozenset({"ready"})
    return None if view.state in allowed else f"{code} is not free: {view.state.replace('_', ' ')}"


def is_free_again(code: str, call: str, acd: Acd) -> bool:
    """Whether a call that was passed on in vain can go back to the operator: ready, or writing up that very call."""
    view = acd.operator(code)
    if not view.phone_reachable or view.wish is not None:
        return False
    return view.state == "ready" or (view.state == "wrap_up" and view.call == call)


def dialled_target(dialled: str, centre: Centre) -> Target | None:
    """Whom a phone means that dials this, or names it in a REFER: a code, a queue by name or number, a number outside.

    Untrusted text: what is none of these is None.
    """
    if any(person.code == dialled for person in centre.people):
        return ToOperator(dialled)
    if any(queue.name == dialled for queue in centre.queues):
        return ToQueue(dialled)
    for number in centre.numbers:
        if number.number == dialled:
            return ToQueue(number.queue or number.fallback_queue)
    return None if _not_allowed(dialled, centre) else ToNumber(dialled)
