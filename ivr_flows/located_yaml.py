"""What does a YAML file say, and on which line? Plain data checked against a pydantic model, with ``file:line`` for all of it.

The one way in which the centre's files are read. It takes less than YAML allows, so that what is written is what is
meant: the scalars of YAML 1.2's core schema (``no`` and ``08:00`` are text), keys always as text, as written (``0100``
stays ``0100``), each key once, no anchors, no tags.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ivr_flows.explain import explain
from ivr_flows.problem_words import Words
from ivr_flows.problems import BadFile, Problem

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
_TAG = "tag:yaml.org,2002:"
_DEEPEST = 30
"""Parts inside parts: several times what any file has, and far from where Python itself gives up."""
_NO_CHARACTER = (Words("no_character"), Words("write_character"))
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Places:
    """The line of everything in one file, by its path: keys of mappings and indexes of lists, from the top."""

    file: str
    lines: Mapping[Path, int]

    def line(self, *path: str | int) -> int:
        """The line of ``path``, or of the nearest thing around it that is there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return self.lines.get((), 1)

    def problem(self, path: Path, what: str, remedy: str) -> Problem:
        """A problem with what stands at ``path``."""
        return Problem(self.file, self.line(*path), ".".join(map(str, path)), what, remedy)


@dataclass(frozen=True, slots=True)
class Located(Generic[M]):
    """A file's content, and where each part of it stands."""

    value: M
    places: Places


def load(text: str, filename: str, model: type[M]) -> Located[M]:
    """``text`` as a ``model``. Raises BadFile with every problem found, each as ``filename:line``."""
    data, places = read(text, filename)
    try:
        # By way of JSON, where a list may become a tuple and yet "15" is no number.
        value = model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as invalid:
        raise BadFile(
            places.problem(path, what, remedy) for path, what, remedy in explain(invalid, model.model_json_schema())
        ) from invalid
    return Located(value, places)


def read(text: str, filename: str) -> tuple[Any, Places]:
    """``text`` as plain data (an empty file is an empty mapping) and the places of its parts. Raises BadFile."""
    reader = _Reader(filename)
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as unreadable:
        raise BadFile([_translated(unreadable, text, filename)]) from unreadable
    except (ValueError, OverflowError) as no_character:  # what PyYAML makes of "\\UFFFFFFFF"
        raise BadFile([Problem(filename, loader.line + 1, "", *_NO_CHARACTER)]) from no_character
    data = {} if node is None else reader.plain(node, ())
    if reader.problems:
        raise BadFile(reader.problems)
    return data, Places(filename, reader.lines)


class _Loader(yaml.SafeLoader):
    """Composes nodes only; resolves scalars as YAML 1.2's core schema does (https://yaml.org/spec/1.2.2/#103-core-schema),
    without octal, hexadecimal, infinity and not-a-number."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's own shape
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(problem="found & or * before a name", problem_mark=event.start_mark)
        if self._depth == _DEEPEST:
            what = f"there are parts inside parts more than {_DEEPEST} deep"
            raise yaml.composer.ComposerError(problem=what, problem_mark=event.start_mark)
        self._depth += 1
        try:
            node = super().compose_node(parent, index)
        finally:
            self._depth -= 1
        if node is not None and (written := getattr(event, "tag", None)):
            node.tag = _as_written(written)  # to be told from one that PyYAML finds by itself
        return node


def _as_written(tag: str) -> str:
    if tag.startswith(_TAG):
        return f"!!{tag.removeprefix(_TAG)}"
    return tag if tag.startswith("!") else f"!<{tag}>"


_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789"))
_Loader.add_implicit_resolver(f"{_TAG}float", re.compile(r"^-?[0-9]{1,17}\.[0-9]{1,17}$"), list("-0123456789"))


class _Reader:
    """Turns nodes into plain data, noting lines and problems as it goes."""

    def __init__(self, filename: str) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._filename = filename

    def plain(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if node.tag.startswith("!"):
            self._note_tag(node, path)
            return None
        match node:
            case yaml.ScalarNode():
                return self._scalar(node, path)
            case yaml.SequenceNode():
                return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
            case _:
                return self._mapping(node, path)

    def _mapping(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(key_node, path, Words("no_name_here"), Words("give_name"))
                continue
            if key_node.tag.startswith("!"):
                self._note_tag(key_node, path)
                continue
            key = key_node.value
            if _SURROGATES.search(key):
                self._note(key_node, path, *_NO_CHARACTER)
                continue
            if key in data:
                first = self.lines[(*path, key)]
                self._note(key_node, (*path, key), Words("there_already", line=first), Words("keep_one"))
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            data[key] = self.plain(value_node, (*path, key))
        return data

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text: str = node.value
        if _SURROGATES.search(text):
            self._note(node, path, *_NO_CHARACTER)
            return None
        match node.tag.removeprefix(_TAG):
            case "null":
                return None
            case "bool":
                return text == "true"
            case "int":
                return int(text)
            case "float":
                return float(text)
            case _:
                return text

    def _note_tag(self, node: yaml.Node, path: Path) -> None:
        self._note(node, path, Words("tag", tag=node.tag), Words("remove_or_quote"))

    def _note(self, node: yaml.Node, path: Path, what: str, remedy: str) -> None:
        field = ".".join(map(str, path))
        self.problems.append(Problem(self._filename, node.start_mark.line + 1, field, what, remedy))


_READINGS: tuple[tuple[str, str, str], ...] = (
    ("cannot start any token", "yaml_character", "indent_or_quote"),
    ("mapping values are not allowed", "yaml_colon", "quote_colon"),
    ("found & or *", "yaml_anchor", "quote_star"),
    ("another document", "other_document", "one_document"),
    ("unexpected end of stream", "yaml_stream_end", "close_before"),
    ("expected ',' or", "bracket_open", "close_bracket"),
    ("directive", "directives", "remove_or_quote"),
    ("expected alphabetic or numeric", "yaml_alphabetic", "quote_it"),
    ("incompatible YAML", "directives", "remove_or_quote"),
    (" tag", "tags", "remove_or_quote"),
    ("block scalar", "block_scalar", "text_on_next_line"),
    ("double-quoted", "backslash", "two_backslashes"),
    ("parts inside parts", "too_deep", "close_or_indent"),
    ("<block end>", "does_not_fit", "indentation_quotes_above"),
    ("<document start>", "ended_above", "indentation_document"),
    ("node content", "name_or_value_missing", "quote_beginning"),
    ("could not find expected ':'", "yaml_no_colon", "indentation_quotes"),
    ("sequence entries are not allowed", "yaml_no_list", "indentation_quotes"),
    ("mapping keys are not allowed", "yaml_no_key", "indentation_quotes"),
)
"""A sign in PyYAML's error, what it means, and what to do (problem_texts.py)."""


def _translated(error: yaml.YAMLError, text: str, filename: str) -> Problem:
    """PyYAML's error in the shape of a problem: the line, what was found, and what usually causes it."""
    match error:
        case yaml.MarkedYAMLError(problem_mark=mark) if mark is not None:
            what, line = error.problem or error.context or "this is not YAML", mark.line + 1
        case yaml.reader.ReaderError():
            bad = Words("bad_character", number=ord(text[error.position]))
            line = text.count("\n", 0, error.position) + 1
            return Problem(filename, line, "", bad, Words("indentation_quotes"))
        case _:
            what, line = str(error), 1
    told = f"{getattr(error, 'context', None)}: {what}"
    for sign, meaning, remedy in _READINGS:
        if sign in told:
            return Problem(filename, line, "", Words(meaning, said=what), Words(remedy))
    return Problem(filename, line, "", Words("no_yaml", said=what), Words("indentation_quotes"))
