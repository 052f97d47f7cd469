"""Which texts of a centre must there be audio of? Those of prompts.yaml, and those written in a flow itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ari_app.centre_files import PromptsFile
from ivr_flows.flow import Flow
from ivr_flows.located_yaml import Located, Path, Places
from ivr_flows.problems import Problem


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one language: the audio is ``prompts/<language>/<prompt>.wav``."""

    prompt: str
    language: str
    text: str
    places: Places
    path: Path

    def problem(self, what: str, remedy: str) -> Problem:
        """A problem with it, where it is written."""
        return self.places.problem(self.path, what, remedy)


def texts_of(prompts: Located[PromptsFile], flows: Mapping[str, Located[Flow] | None]) -> Iterator[Text]:
    """Each text once, in the order of the files."""
    for prompt, by_language in prompts.value.root.items():
        for language, entry in by_language.items():
            if entry.text is not None:
                yield Text(prompt, language, entry.text, prompts.places, (prompt, language))
    seen: set[str] = set()
    for flow in flows.values():
        for text in _written_in(flow) if flow is not None else ():
            if text.prompt not in seen:
                yield text
        seen |= {text.prompt for text in (_written_in(flow) if flow is not None else ())}


def _written_in(flow: Located[Flow]) -> Iterator[Text]:
    for name, step in flow.value.steps.items():
        for path, item in step.items():
            for language, text in (item.text or {}).items():
                assert item.prompt_id is not None, "a text has one"
                yield Text(item.prompt_id, language, text, flow.places, ("steps", name, *path, "text", language))
