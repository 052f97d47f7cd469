"""Which value does a field of an answer hold? A plain one of bearable size, or nothing."""

from __future__ import annotations

import pytest

from ivr_flows.expressions import LONGEST_TEXT, Value
from ivr_flows.fields import field_of

BODY = {
    "account": {"balance": 12.5, "open": True, "closed_on": None},
    "items": [{"name": "luz"}, {"name": "gas"}],
    "0": "text key",
    "long": "x" * LONGEST_TEXT,
    "longer": "x" * (LONGEST_TEXT + 1),
    "endless": float("inf"),
    "huge": 10**30,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("account.balance", 12.5),
        ("account.open", True),
        ("account.closed_on", None),
        ("items.0.name", "luz"),
        ("items.1.name", "gas"),
        ("items.2.name", None),
        ("items.-1.name", None),
        ("items.name", None),
        ("items.999999999999.name", None),
        ("0", "text key"),
        ("account", None),
        ("items", None),
        ("account.balance.cents", None),
        ("nothing", None),
        ("nothing.at.all", None),
        ("", None),
        ("long", "x" * LONGEST_TEXT),
        ("longer", None),
        ("endless", None),
        ("huge", None),
    ],
)
def test_a_field_is_a_plain_value_or_nothing(path: str, value: Value) -> None:
    assert field_of(BODY, path) == value


@pytest.mark.parametrize("body", [None, "text", 7, True, [], {}])
def test_an_answer_without_parts_has_no_fields(body: object) -> None:
    assert field_of(body, "a.0") is None
