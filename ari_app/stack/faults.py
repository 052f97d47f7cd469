"""What can go wrong while setting up or starting, in words for the person at the terminal?"""

from __future__ import annotations


class StackError(Exception):
    """Set-up or start cannot go on. The message says what is wrong and what to do; it is printed as it is."""


class SetupFailed(StackError):
    """Something that the stack needs could not be provided (download, unpacking, version)."""


class StartFailed(StackError):
    """A part did not start or did not become ready; the message ends with the last lines of its log."""


class AlreadyRunning(StackError):
    """Another set-up or another running stack uses the same folder."""
