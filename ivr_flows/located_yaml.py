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
from ivr_flows.problems import BadFile, Problem

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
_TAG = "tag:yaml.org,2002:"
_DEEPEST = 30
"""Parts inside parts: several times what any file has, and far from where Python itself gives up."""
_NO_CHARACTER = ("a \\u or \\U names no character", "write the character itself, or two backslashes for one")
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
                self._note(key_node, path, "a list or mapping stands where a name is needed", "give it a name")
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
                self._note(key_node, (*path, key), f"is there already, on line {first}", "keep one of the two")
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
        self._note(node, path, f"the tag {node.tag} is not read here", "remove it, or put the text in quotes")

    def _note(self, node: yaml.Node, path: Path, what: str, remedy: str) -> None:
        field = ".".join(map(str, path))
        self.problems.append(Problem(self._filename, node.start_mark.line + 1, field, what, remedy))


_TAGS = ("tags (words that begin with !) are not read here", "remove it, or put the text in quotes")
_DIRECTIVES = ("lines that begin with % are not read here", "remove it, or put the text in quotes")
_READINGS: tuple[tuple[str, str, str], ...] = (
    ("cannot start any token", "", "indent with spaces, and put text that begins with such a character in quotes"),
    ("mapping values are not allowed", "", "put text that holds a colon in quotes, and check the indentation"),
    (
        "found & or *",
        "",
        'put it in quotes if it is meant as text ("*"); names for parts of the file are not read here',
    ),
    ("another document", "another document begins here", "keep one document a file: remove the line ---"),
    ("unexpected end of stream", "", "close the quotation mark or bracket opened before"),
    (
        "expected ',' or",
        "a bracket opened before is not closed",
        "close the bracket, put a comma between its parts, and texts with ? or brackets in quotes",
    ),
    ("directive", *_DIRECTIVES),
    ("expected alphabetic or numeric", "", 'put it in quotes: "*"'),
    ("incompatible YAML", *_DIRECTIVES),
    (" tag", *_TAGS),
    (
        "block scalar",
        "this cannot stand after | or >",
        "begin the text on the next line, indented, or put it in quotes",
    ),
    (
        "double-quoted",
        "what follows the backslash names no character",
        "write two backslashes for one, or use single quotes",
    ),
    ("parts inside parts", "", "close the brackets opened before, or check the indentation"),
    ("<block end>", "this does not fit what stands above", "check the indentation, and the quotes above"),
    ("<document start>", "the content has ended above", "check the indentation, and remove the line ---"),
    ("node content", "a name or value is missing here", "put text that begins with such a character in quotes"),
)
"""A sign in PyYAML's error, what it means (nothing: its own words are plain), and what to do."""


def _translated(error: yaml.YAMLError, text: str, filename: str) -> Problem:
    """PyYAML's error in the shape of a problem: the line, what was found, and what usually causes it."""
    match error:
        case yaml.MarkedYAMLError(problem_mark=mark) if mark is not None:
            what, line = error.problem or error.context or "this is not YAML", mark.line + 1
        case yaml.reader.ReaderError():
            what = f"the character #x{ord(text[error.position]):04x} cannot stand in a file"
            line = text.count("\n", 0, error.position) + 1
        case _:
            what, line = str(error), 1
    told = f"{getattr(error, 'context', None)}: {what}"
    for sign, meaning, remedy in _READINGS:
        if sign in told:
            return Problem(filename, line, "", meaning or what, remedy)
    return Problem(filename, line, "", what, "check the indentation and the quotes")
