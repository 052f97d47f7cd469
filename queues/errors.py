"""What can be wrong with an event? Raised by ``Acd``, which then has changed nothing."""

from __future__ import annotations


class AcdError(Exception):
    """Base of all that the ACD raises about an event or a question."""


class UnknownOperator(AcdError, LookupError):
    """The centre has no operator with this code."""


class UnknownQueue(AcdError, LookupError):
    """The centre has no queue of this name."""


class UnknownCall(AcdError, LookupError):
    """This call is not here: it never joined, or it has left."""


class DuplicateCall(AcdError, ValueError):
    """This call is here already: waiting, ringing or talking."""


class OperatorIsTalking(AcdError, ValueError):
    """A conversation cannot be adopted for an operator who is in another one: nobody is in two calls."""
