"""Is a version another one whenever the flow means something else, and only then?"""

from __future__ import annotations

import json
import random
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows.flow import Flow
from ivr_flows.located_yaml import load
from ivr_flows.versions import version_of
from tests.ivr_flows.test_interpreter_properties import FLOWS

WRITTEN = """\
description: A greeting
entries: {default: hello, late: bye}
steps:
  hello: {kind: say, prompts: [greeting], next: bye}
  bye: {kind: hang_up, reason: over}
"""
OTHERWISE_WRITTEN = """\
# the same
steps:
  bye:
    kind: hang_up
    prompts: []        # as it is anyway
    reason: "over"
  hello:
    next: bye
    kind: say
    interruptible: true
    prompts:
      - greeting
entries:
  late: bye
  default: hello
description: 'A greeting'
"""
SETTING = """\
entries: {default: a}
steps:
  a: {kind: set, values: {x: 1}, next: b}
  b: {kind: hang_up, reason: over}
"""


def version(text: str) -> str:
    return version_of(load(text, "f.yaml", Flow).value)


def test_a_version_is_twelve_hexadecimal_digits() -> None:
    assert re.fullmatch("[0-9a-f]{12}", version(WRITTEN))


def test_comments_formatting_order_and_written_defaults_change_nothing() -> None:
    assert version(WRITTEN) == version(OTHERWISE_WRITTEN)


def test_versions_stay_from_release_to_release() -> None:
    assert version(SETTING) == "1b6089c95b02"


def test_whatever_callers_could_notice_is_another_version() -> None:
    changes = [
        ("[greeting]", "[greeting, news]"),
        ("next: bye", "next: hello"),
        ("late: bye", "late: hello"),
        ("late: bye", "lately: bye"),
        ("over", "done"),
        ("kind: say,", "kind: say, interruptible: false,"),
        ("A greeting", "A greeting!"),
    ]
    versions = {version(WRITTEN), *(version(WRITTEN.replace(old, new, 1)) for old, new in changes)}
    assert len(versions) == len(changes) + 1


def test_variables_are_computed_in_their_order_so_it_counts() -> None:
    def computing(computed: str) -> str:
        return SETTING.replace("values: {x: 1}", f"computed: {{{computed}}}")

    assert version(computing("x: 'y + 1', y: '2'")) != version(computing("y: '2', x: 'y + 1'"))


def test_a_number_and_its_text_are_two_versions() -> None:
    assert len({version(SETTING.replace("x: 1", f"x: {value}")) for value in ("1", "'1'", "true", "1.5")}) == 4


def shuffled(data: dict[str, Any], by: random.Random) -> dict[str, Any]:
    return dict(by.sample(list(data.items()), len(data)))


@settings(deadline=None)
@given(FLOWS, st.randoms(use_true_random=False))
def test_any_flow_written_anew_in_another_order_keeps_its_version(flow: Flow, by: random.Random) -> None:
    plain = json.loads(flow.model_dump_json(exclude_unset=True))
    plain["steps"] = shuffled({name: shuffled(step, by) for name, step in plain["steps"].items()}, by)
    assert version_of(Flow.model_validate(shuffled(plain, by))) == version_of(flow)


@settings(deadline=None)
@given(FLOWS, FLOWS)
def test_two_flows_have_one_version_only_if_they_are_equal(one: Flow, other: Flow) -> None:
    assert one == other or version_of(one) != version_of(other)
