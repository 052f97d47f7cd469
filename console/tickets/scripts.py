"""What was noted in scripts, for a ticket's card: calls.ScriptAnswers over what the scripts' part keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ari_app.contract import timestamp
from console.scripts.answers import Answers


class FollowedScripts:
    """Over ``answers``."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def of_calls(self, calls: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """See ScriptAnswers: each script that was followed, with what was answered on the way."""
        return [
            {
                "call": call,
                "script": one.name,
                "operator": one.operator,
                "saved": timestamp(one.saved_at),
                "answers": {name: _plain(one.run.answers[name]) for name in one.counted if name in one.run.answers},
            }
            for call in calls
            for one in self._answers.of_call(call)
        ]


def _plain(value: object) -> object:
    """As JSON has it."""
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
