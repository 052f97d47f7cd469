"""The rules of the phone's page, in the browser that runs them: how it may stand, how it is judged, whom one means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.browser.people import BrowserStack


class Rules:
    """``ask(js)``: what an expression over the modules' names is in the page."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def ask(self, expression: str) -> Any:
        return await self._page.evaluate(
            f"""async () => {{
                const {{ LINE, CALL, next, may, controls, asksToAnswer }} = await import("/js/phone/state.js");
                const {{ Flow, microphone, network, signs }} = await import("/js/phone/health.js");
                return ({expression});
            }}"""
        )


@pytest_asyncio.fixture(loop_scope="session")
async def rules(stack: BrowserStack) -> AsyncIterator[Rules]:
    context = await stack.browser.new_context()
    page = await context.new_page()
    await page.goto(stack.settings.console_url)
    yield Rules(page)
    await context.close()


async def test_every_way_of_the_tables_leads_to_a_state_of_theirs(rules: Rules) -> None:
    lost = "(table) => Object.values(table).flatMap(Object.values).filter((to) => !(to in table))"
    assert await rules.ask(f"[LINE, CALL].map({lost})") == [[], []]


async def test_the_phone_can_be_switched_off_from_wherever_it_is_and_taken_while_it_is_on(rules: Rules) -> None:
    assert await rules.ask("Object.keys(LINE).map((state) => next(LINE, state, 'stop'))") == ["off"] * 7
    on = await rules.ask(
        "Object.keys(LINE).filter((one) => !['off', 'waiting', 'elsewhere'].includes(one)).map((one) => next(LINE, one, 'taken'))"
    )
    assert on == ["elsewhere"] * 4


async def test_what_comes_late_changes_nothing(rules: Rules) -> None:
    assert await rules.ask(
        "[next(LINE, 'off', 'registered'), next(CALL, 'none', 'confirmed'), may(CALL, 'up', 'answered')]"
    ) == [
        "off",
        "none",
        False,
    ]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ("start granted up registered", "ready"),
        ("start granted up registered down", "connecting"),
        ("start granted up registered down up registered", "ready"),
        ("start granted up refused up registered", "ready"),
        ("start granted refused up", "registering"),
        ("start stop granted", "off"),
        ("start granted up registered taken start granted", "connecting"),
    ],
)
async def test_the_lines_ways(rules: Rules, events: str, state: str) -> None:
    assert await rules.ask(f"'{events}'.split(' ').reduce((now, event) => next(LINE, now, event), 'off')") == state


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ("{}", "ok"),
        ("{permission: 'denied', ended: true}", "denied"),
        ("{ended: true, muted: true}", "lost"),
        ("{muted: true, zerosSince: 0}", "muted_by_system"),
        ("{zerosSince: 7001}", "ok"),
        ("{zerosSince: 7000}", "silent"),
    ],
)
async def test_how_a_microphone_is_judged(rules: Rules, seen: str, found: str) -> None:
    usual = "{permission: 'granted', ended: false, muted: false, zerosSince: null}"
    assert await rules.ask(f"microphone({{...{usual}, ...{seen}}}, 10000)") == found


async def test_sound_that_stops_or_is_lost_is_seen_and_is_forgotten_when_it_is_good_again(rules: Rules) -> None:
    told = await rules.ask(
        """(() => {
            const flow = new Flow(0);
            const at = (second, received, lost) => flow.take({ received, lost }, second * 1000);
            const judged = (second) => [flow.stalledFor(second * 1000), network({ socketUp: true, flow }, second * 1000)];
            const all = [];
            for (let second = 1; second <= 5; second++) at(second, second * 50, 0);
            all.push(judged(5));
            at(6, 295, 5);
            all.push(judged(6));
            for (let second = 7; second <= 9; second++) at(second, 295, 5);
            all.push(judged(9));
            for (let second = 10; second <= 16; second++) at(second, 295 + (second - 9) * 50, 5);
            all.push(judged(16));
            return [...all, network({ socketUp: false, flow: null }, 0)];
        })()"""
    )
    assert told == [[0, "ok"], [0, "ok"], [3000, "poor"], [0, "ok"], "down"]


@pytest.mark.parametrize(
    ("seen", "codes"),
    [
        ("{}", []),
        ("{line: 'off', microphone: 'lost'}", []),
        ("{line: 'connecting', online: false}", ["offline"]),
        ("{line: 'connecting'}", ["not_connected"]),
        ("{line: 'refused'}", ["refused"]),
        ("{online: false}", []),
        ("{heardAt: 7000}", ["unheard"]),
        ("{microphone: 'denied', heardAt: 0}", ["unheard", "microphone_denied"]),
        ("{microphone: 'silent'}", ["microphone_silent"]),
        ("{inCall: true, flow: {stalledFor: () => 3000, lossShare: () => 1}}", ["no_sound"]),
        ("{inCall: true, flow: {stalledFor: () => 0, lossShare: () => 0.1}}", ["poor"]),
        ("{inCall: false, flow: {stalledFor: () => 9000, lossShare: () => 1}}", []),
        ("{reason: 'not_reached'}", ["not_offered"]),
    ],
)
async def test_what_a_person_is_warned_of(rules: Rules, seen: str, codes: list[str]) -> None:
    usual = "{line: 'ready', microphone: 'ok', online: true, heardAt: 10000, inCall: false, flow: null, reason: null}"
    assert await rules.ask(f"signs({{...{usual}, ...{seen}}}, 10000).map((one) => one.code)") == codes


async def test_a_call_is_answered_by_itself_when_either_header_asks_for_it(rules: Rules) -> None:
    told = await rules.ask(
        """[
            {"Call-Info": "<sip:127.0.0.1>;answer-after=0"},
            {"Alert-Info": "info=alert-autoanswer"},
            {"Alert-Info": "info=external"},
            {},
        ].map((headers) => asksToAnswer((name) => headers[name]))"""
    )
    assert told == [True, True, False, False]


async def test_buttons_are_there_for_what_the_centre_would_do_and_for_nobody_elses_call(rules: Rules) -> None:
    offered = "(control, own) => Object.entries(controls(control, own)).filter(([, may]) => may).map(([name]) => name)"
    assert await rules.ask(f"({offered})('talking', true)") == ["hold", "transfer", "consult"]
    assert await rules.ask(f"({offered})('consulting', true)") == ["complete", "cancel", "swap", "conference"]
    assert await rules.ask(f"({offered})('consulting', false)") == []
    assert await rules.ask(f"({offered})(null, true)") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1011", {"operator": "1011"}),
        (" irene lozano ", {"operator": "1011"}),
        ("1011 Irene Lozano", {"operator": "1011"}),
        ("soporte_n2", {"queue": "soporte_n2"}),
        ("+34 600 11-22-33", {"number": "+34600112233"}),
        ("nobody", None),
        ("", None),
    ],
)
async def test_whom_one_means_by_what_one_types(rules: Rules, typed: str, meant: Any) -> None:
    people, queues = "[{code: '1011', name: 'Irene Lozano'}]", "['soporte_n2']"
    found = f"(await import('/js/parts/phone.js')).target({typed!r}, {people}, {queues})"
    assert await rules.ask(found) == meant
