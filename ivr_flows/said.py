"""What may stand in a list of things to be said? Prompts by their id, texts written on the spot, and values of the flow."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, GetJsonSchemaHandler, model_validator

from ivr_flows.explain import wrong
from ivr_flows.expressions import Expression
from ivr_flows.shapes import Language, Name, NoOtherKeys, Shape, Text, is_name

SaidAs = Literal["number", "money", "date", "time", "digits"]
SAID_AS: Final[tuple[SaidAs, ...]] = get_args(SaidAs)


class Item(Shape):
    """One thing that is said: a prompt of prompts.yaml (its id alone will do), a ``text`` for each language, of which audio is made
    beforehand, or what an expression comes to, said as a number, money, a date, a time of day, or digit by digit."""

    prompt: Name | None = None
    text: Annotated[dict[Language, Text], Field(min_length=1), NoOtherKeys()] | None = None
    number: Expression | None = None
    money: Expression | None = None
    date: Expression | None = None
    time: Expression | None = None
    digits: Expression | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A prompt's id alone will do."""
        return {"anyOf": [handler(core), {"type": "string"}]}

    @model_validator(mode="before")
    @classmethod
    def _by_its_id(cls, value: Any) -> Any:
        return {"prompt": is_name(value)} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_thing(self) -> Any:
        given = sorted(name for name in type(self).model_fields if getattr(self, name) is not None)
        if len(given) != 1:
            raise wrong(
                f"says {' and '.join(given) if given else 'nothing'}",
                "give a prompt's id, or one of text, " + ", ".join(SAID_AS),
            )
        return self

    @property
    def value(self) -> tuple[SaidAs, str] | None:
        """How it is said and the expression that it comes from; None for a prompt or a text."""
        return next(((kind, given) for kind in SAID_AS if (given := getattr(self, kind)) is not None), None)

    @property
    def prompt_id(self) -> str | None:
        """The prompt to be played; that of a text is made from the text itself. None for a value."""
        if self.text is None:
            return self.prompt
        written = json.dumps(self.text, sort_keys=True, ensure_ascii=False)
        return f"text_{hashlib.sha256(written.encode()).hexdigest()[:12]}"


Items = tuple[Item, ...]
SomeItems = Annotated[Items, Field(min_length=1)]
