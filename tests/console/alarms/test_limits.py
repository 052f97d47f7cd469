"""Limits of alarms: the centre's for all, one's own for oneself, what cannot be set, and who may."""

from __future__ import annotations

import re
from typing import Any

import pytest

from console.alarms.limits import KINDS
from console.pages import FOLDER
from tests.console.alarms.conftest import Limits

AT = "2026-11-24T04:22:01.000Z"
NONE = {"rules": {}, "version": 0, "at": None, "by": None}


async def test_the_centres_are_for_all_and_ones_own_for_oneself(limits: Limits) -> None:
    assert await limits.seen("pilar") == {"centre": NONE, "mine": NONE}
    await limits.put("coordinator", "centre", {"longest_wait": {"limit": 90}, "unreachable": {"on": False}})
    answer = await limits.put("pilar", "mine", {"longest_wait": {"limit": 30, "of": {"ventas": {"limit": 45.5}}}})
    assert answer.status_code == 200
    centre = {"longest_wait": {"limit": 90}, "unreachable": {"on": False}}
    mine = {"longest_wait": {"limit": 30, "of": {"ventas": {"limit": 45.5}}}}
    told = {
        "centre": {"rules": centre, "version": 1, "at": AT, "by": "3001"},
        "mine": {"rules": mine, "version": 1, "at": AT, "by": "2001"},
    }
    assert answer.json() == told
    assert await limits.seen("pilar") == told
    assert await limits.seen("leader") == told | {"mine": NONE}


async def test_what_says_nothing_is_not_kept_and_to_have_set_none_is_kept(limits: Limits) -> None:
    await limits.put("pilar", "mine", {"waiting": {"limit": 3}})
    empty: dict[str, Any] = {"waiting": {"limit": None, "of": {"ventas": {}}}, "abandonment": {}}
    assert (await limits.put("pilar", "mine", empty)).json()["mine"] | {"at": 0} == {
        "rules": {},
        "version": 2,
        "at": 0,
        "by": "2001",
    }


async def test_whoever_has_not_seen_the_last_change_changes_nothing(limits: Limits) -> None:
    for whose in ("centre", "mine"):
        assert (await limits.put("pilar", whose, {"waiting": {"limit": 3}}, 0)).status_code == 200
        late = await limits.put("pilar", whose, {"waiting": {"limit": 9}}, 0)
        assert (late.status_code, late.json()["error"]["code"]) == (409, "changed")
        ahead = await limits.put("pilar", whose, {"waiting": {"limit": 9}}, 2)
        assert ahead.status_code == 409
        assert (await limits.seen("pilar"))[whose]["rules"] == {"waiting": {"limit": 3}}


async def test_the_audit_has_what_was_changed_of_the_centres_and_nothing_of_anybodys_own(limits: Limits) -> None:
    await limits.put("pilar", "mine", {"waiting": {"limit": 2}})
    await limits.put("pilar", "centre", {"waiting": {"limit": 3, "of": {"ventas": {"on": False}}}})
    await limits.put("coordinator", "centre", {"waiting": {"limit": 4, "of": {"ventas": {"on": False}}}})
    await limits.put("coordinator", "centre", {"waiting": {"limit": 4, "of": {"ventas": {"on": False}}}})
    assert limits.acts() == [
        (
            "2001",
            "alarm_limits_set",
            "centre",
            {
                "waiting": {"before": {}, "after": {"limit": 3.0}},
                "waiting ventas": {"before": {}, "after": {"on": False}},
            },
        ),
        ("3001", "alarm_limits_set", "centre", {"waiting": {"before": {"limit": 3.0}, "after": {"limit": 4.0}}}),
    ]


WRONG: dict[str, tuple[Any, str, str, str]] = {
    "a kind that there is not": (
        {"longest_wate": {"limit": 3}},
        "unknown_alarm",
        "rules.longest_wate",
        "There is no alarm 'longest_wate'; did you mean 'longest_wait'?",
    ),
    "a field that there is not": (
        {"waiting": {"limt": 3}},
        "bad_field",
        "rules.waiting.limt",
        "There is no such field.",
    ),
    "no object": (
        {"waiting": 3},
        "bad_field",
        "rules.waiting",
        'Give an object, such as {"on": true, "limit": 60}.',
    ),
    "no number": (
        {"waiting": {"limit": "3"}},
        "bad_field",
        "rules.waiting.limit",
        "Input should be a valid number.",
    ),
    "less than nothing": (
        {"waiting": {"of": {"ventas": {"limit": -1}}}},
        "bad_field",
        "rules.waiting.of.ventas.limit",
        "Input should be greater than or equal to 0.",
    ),
    "per cent for a share": (
        {"abandonment": {"limit": 5}},
        "bad_field",
        "rules.abandonment.limit",
        "Give 0 to 1 (0.05 is 5 %).",
    ),
    "longer than a day": (
        {"long_pause": {"limit": 90_000}},
        "bad_field",
        "rules.long_pause.limit",
        "Give 0 to 86400 seconds.",
    ),
    "a limit of yes or no": (
        {"controller": {"limit": 3}},
        "bad_field",
        "rules.controller.limit",
        "This alarm has no limit: it is on or off.",
    ),
    "a queue for an alarm of operators": (
        {"long_pause": {"of": {"ventas": {"limit": 3}}}},
        "bad_field",
        "rules.long_pause.of",
        "Only alarms of queues are set for a queue of its own; leave this out.",
    ),
    "a queue that there is not": (
        {"waiting": {"of": {"vetas": {"limit": 3}}}},
        "unknown_queue",
        "rules.waiting.of.vetas",
        "There is no queue 'vetas'; did you mean 'ventas'?",
    ),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("whose", ["centre", "mine"])
async def test_what_cannot_be_set_is_named_with_its_place_and_changes_nothing(
    limits: Limits, what: str, whose: str
) -> None:
    rules, code, field, message = WRONG[what]
    answer = await limits.put("pilar", whose, {"longest_wait": {"limit": 5}} | rules)
    assert answer.status_code == 422
    assert answer.json()["error"] == {"code": code, "message": message, "field": field}
    assert (await limits.seen("pilar"))[whose] == NONE


async def test_what_is_set_of_a_queue_that_has_left_the_centre_keeps_nobody_from_setting_more(limits: Limits) -> None:
    await limits.put("pilar", "mine", {"waiting": {"of": {"ventas": {"limit": 3}}}})
    limits.queues = ["soporte"]
    more = {"waiting": {"limit": 9, "of": {"ventas": {"limit": 3}}}}
    assert (await limits.put("pilar", "mine", more)).status_code == 200
    assert (await limits.put("leader", "mine", more)).json()["error"]["code"] == "unknown_queue"


@pytest.mark.parametrize(
    ("who", "sees", "mine", "centre"),
    [
        *(("pilar", 200, 200, 200), ("coordinator", 200, 200, 200), ("leader", 200, 200, 403)),
        *(("ana", 403, 403, 403), ("administrator", 403, 403, 403), ("nobody", 401, 401, 401)),
    ],
)
async def test_who_may_what(limits: Limits, who: str, sees: int, mine: int, centre: int) -> None:
    rules = {"waiting": {"limit": 3}}
    assert (await limits.ask(who, "GET")).status_code == sees
    assert (await limits.put(who, "mine", rules, 0)).status_code == mine
    assert (await limits.put(who, "centre", rules, 0)).status_code == centre


async def test_a_supervisor_of_some_queues_sets_the_centres_of_these_alone(limits: Limits) -> None:
    await limits.put("coordinator", "centre", {"waiting": {"limit": 4, "of": {"soporte": {"limit": 9}}}})
    own = {"waiting": {"limit": 4, "of": {"soporte": {"limit": 9}, "ventas": {"limit": 2}}}}
    assert (await limits.put("sales", "centre", own)).status_code == 200
    for rules, field in (
        ({"waiting": {"limit": 5, "of": own["waiting"]["of"]}}, "rules.waiting"),
        ({"waiting": {"limit": 4, "of": {"ventas": {"limit": 2}}}}, "rules.waiting.of.soporte"),
    ):
        refused = await limits.put("sales", "centre", rules)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "out_of_sight")
        assert refused.json()["error"]["field"] == field
    assert (await limits.seen("sales"))["centre"]["rules"] == own


def test_the_pages_and_the_console_know_the_same_alarms() -> None:
    text = (FOLDER / "js" / "alarms.js").read_text(encoding="utf-8")
    pages = re.findall(r'^  (\w+): \{ of: "(\w+)", unit: "(\w+)"', text, re.MULTILINE)
    assert pages == [(name, kind.of, kind.unit) for name, kind in KINDS.items()]
