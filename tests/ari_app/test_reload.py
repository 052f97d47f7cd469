"""What happens to calls and people when the centre's files are read again while the centre is at work?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.centre import Centre, load_centre
from ari_app.commands import ReloadRefused
from ari_app.operator_commands import Asker
from ari_app.reload_plan import plan_reload
from ari_app.reloading import Reloading
from ari_app.settings import Settings
from queues.acd import Acd
from queues.events import CallerJoined, OperatorHired, QueueAdded, QueueChanged, TimePassed
from tests.ari_app.fake_centre import DEMO, FakeCentre, changed_demo, in_virtual_time, without_customers_line

SOPORTE = (
    "soporte:         # support, first level\n  wrap_up_s: 5\n  record: all\n  title: {es: Soporte, en: Support}\n"
    "  next_level: soporte_n2"
)


def changed(folder: Path, **changes: tuple[str, str]) -> Centre:
    return load_centre(changed_demo(folder, **changes))


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder for changed centres."""
    (tmp_path / "other").mkdir()
    return tmp_path / "other"


def folder_of(centre: FakeCentre) -> Path:
    folder = centre.folder / "other"
    folder.mkdir(exist_ok=True)
    return folder


@in_virtual_time
async def test_a_reload_changes_the_rules_for_whoever_waits(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    shown = await centre.calls()
    centre.reload(changed(folder_of(centre), queues=(SOPORTE, "soporte: {max_misses: 1, no_answer_pause_s: 60}")))
    await asyncio.sleep(15.1)
    await centre.settle()
    assert centre.state("1009") == "paused"
    await asyncio.sleep(120)
    assert centre.state("1009") == "paused", "one miss is enough now"
    assert centre.call(shown.id).stage == "waiting"


@in_virtual_time
async def test_a_call_in_the_menu_goes_on_in_the_flow_that_it_entered(centre: FakeCentre) -> None:
    shown = await centre.calls(number="900100200")
    new = changed(folder_of(centre), **{"flows/bienvenida": ("      1: ventas\n", "      1: reclamaciones\n")})
    centre.reload(new)
    centre.telephony.finishes_prompts_at_once = True
    centre.telephony.presses("caller", "1")
    centre.telephony.prompt_ends("caller")
    await centre.settle()
    assert centre.call(shown.id).queue == "ventas"
    later = await centre.calls("later", number="900100200")
    centre.telephony.presses("later", "1")
    await centre.settle()
    assert centre.call(later.id).queue == "reclamaciones"


@in_virtual_time
async def test_a_caller_who_waits_leaves_by_an_exit_into_a_flow_that_a_reload_brought(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    shown = await centre.calls()
    folder = changed_demo(
        folder_of(centre),
        queues=(SOPORTE, "soporte: {max_wait_s: 60, exits: [{when: waited, over: 60, to: {flow: nueva}}]}"),
        prompts=("greeting:\n", "sorry:\n  es: {sound: vm-sorry}\n  en: {sound: vm-sorry}\n\ngreeting:\n"),
    )
    (folder / "flows" / "nueva.yaml").write_text(
        "entries: {default: bye}\nsteps:\n  bye: {kind: hang_up, reason: too_long, prompts: [sorry]}\n", "utf-8"
    )
    centre.reload(load_centre(folder))
    late = await centre.calls("late")
    await asyncio.sleep(61)
    await centre.settle()
    assert centre.call(late.id).end_reason == "too_long"
    assert centre.telephony.played[-1][1] == ("sound:vm-sorry",)
    assert centre.call(shown.id).stage == "waiting", "whoever waited before keeps the time that held then"


@in_virtual_time
async def test_a_conversation_is_not_touched_by_a_reload(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    shown = await centre.calls()
    assert centre.call(shown.id).stage == "talking"
    centre.reload(changed(folder_of(centre), queues=(SOPORTE, "soporte: {wrap_up_s: 60}")))
    await centre.settle()
    assert centre.telephony.hears("caller")
    centre.telephony.hangs_up("caller")
    await centre.settle()
    await asyncio.sleep(30)
    assert centre.state("1009") == "wrap_up", "the new time holds for the wrap-up that begins now"


@in_virtual_time
async def test_a_number_and_a_queue_that_a_reload_brings_take_calls_at_once(centre: FakeCentre) -> None:
    plan = centre.reload(
        changed(
            folder_of(centre),
            queues=("ventas:  ", "nueva: {wrap_up_s: 5}\n\nventas:  "),
            operators=(
                "1009: {name: Nuria Campos Vega, queues: [soporte], team: norte}",
                "1009: {name: Nuria, queues: [nueva]}",
            ),
            centre=("  900100202:", "  900100203: {queue: nueva}\n  900100202:"),
        )
    )
    assert {"queue nueva: added", "operator 1009: changed", "number 900100203: added"} <= set(plan.changed)
    assert plan.needs_restart == ()
    await centre.at_work("1009", "answers")
    shown = await centre.calls(number="900100203")
    assert (centre.call(shown.id).stage, centre.call(shown.id).queue) == ("talking", "nueva")
    assert centre.board.operators["1009"].name == "Nuria"


@in_virtual_time
async def test_hours_that_a_reload_brings_close_the_queue_at_once(centre: FakeCentre) -> None:
    hours = 'soporte: {hours: [{days: [sat], start: "08:00", end: "14:00"}]}'
    centre.reload(changed(folder_of(centre), queues=(SOPORTE, hours)))
    assert centre.board.queues["soporte"].closed
    centre.reload(load_centre(DEMO))
    assert not centre.board.queues["soporte"].closed


@in_virtual_time
async def test_an_operator_who_is_new_takes_calls_without_a_restart(centre: FakeCentre) -> None:
    centre.engine.phone_changed("1030", reachable=True)
    new = changed(folder_of(centre), operators=("  1001:", "  1030: {name: Nueva, queues: [soporte]}\n  1001:"))
    centre.reload(new)
    assert centre.board.operators["1030"].phone == "reachable"
    await centre.at_work("1030", "answers")
    shown = await centre.calls()
    assert centre.call(shown.id).operator == "1030"


@in_virtual_time
async def test_who_and_what_has_left_the_files_is_told_and_those_who_wait_are_still_served(centre: FakeCentre) -> None:
    await centre.at_work("1015")
    await centre.at_work("1009")
    centre.telephony.finishes_prompts_at_once = True
    waiting = await centre.calls(number="900100201")
    changed = changed_demo(
        folder_of(centre), operators=("  1009: {name: Nuria Campos Vega, queues: [soporte], team: norte}\n", "")
    )
    folder = without_customers_line(changed)
    text = (folder / "operators.yaml").read_text(encoding="utf-8").replace("soporte_n2, ", "")
    (folder / "operators.yaml").write_text(text, encoding="utf-8")
    text = (folder / "queues.yaml").read_text(encoding="utf-8")
    text = text.replace("  next_level: soporte_n2\n", "")
    text = text[: text.index("soporte_n2:")] + text[text.index("reclamaciones:") :]
    (folder / "queues.yaml").write_text(text, encoding="utf-8")
    plan = centre.reload(load_centre(folder))
    await centre.settle()
    assert {"queue soporte_n2", "operator 1009"} == {" ".join(line.split()[:2]) for line in plan.needs_restart}
    assert centre.state("1009") == "logged_out"
    assert set(centre.board.operators["1015"].serves) == {"reclamaciones", "soporte_n2"}
    assert centre.call(waiting.id).stage == "waiting"


@in_virtual_time
async def test_a_reload_takes_operators_back_to_the_queues_of_the_files(centre: FakeCentre) -> None:
    await centre.at_work("1005")
    centre.engine.desk.set_state(Asker("1005"), "1005", "ready", None, ["ventas"])
    assert set(centre.board.operators["1005"].serves) == {"ventas"}
    plan = centre.reload(load_centre(DEMO))
    assert plan.changed == ("operator 1005: back to the queues of operators.yaml",)
    assert centre.board.operators["1005"].serves == ("ventas", "soporte")


def test_two_queues_may_change_the_direction_in_which_they_hand_callers_on(other: Path) -> None:
    def leading(a: str, b: str) -> Centre:
        folder = changed_demo(other)
        exits = {a: f"{{exits: [{{when: waited, over: 9, to: {{queue: {b}}}}}]}}", b: "{}"}
        lines = [f"{name}: {exits.get(name, '{}')}" for name in ("ventas", "soporte", "soporte_n2", "reclamaciones")]
        (folder / "queues.yaml").write_text("\n".join(lines), encoding="utf-8")
        return load_centre(folder)

    old, new = leading("ventas", "soporte"), leading("soporte", "ventas")
    acd = Acd([queue.rules for queue in old.queues], [])
    for event in plan_reload(old, new, {queue.name for queue in old.queues}, {}).events:
        if not isinstance(event, OperatorHired):
            acd.handle(event, 0.0)
    acd.handle(CallerJoined("ana", "soporte"), 0.0)
    acd.handle(TimePassed(), 9.0)
    view = acd.call("ana")
    assert view is not None
    assert view.queue == "ventas"


def test_a_reload_that_changes_nothing_says_nothing_and_does_nothing() -> None:
    old, new = load_centre(DEMO), load_centre(DEMO)
    serving = {person.code: person.memberships for person in old.operators}
    plan = plan_reload(old, new, {queue.name for queue in old.queues}, serving)
    assert (plan.events, plan.changed, plan.needs_restart) == ((), (), ())


def test_a_folder_with_problems_is_refused_whole_and_nothing_is_put_in_force(other: Path) -> None:
    folder = changed_demo(other, queues=("record: all", "record: al"), centre=("Europe/Madrid", "Europe/Madird"))
    in_force: list[Centre] = []
    settings = Settings(project=DEMO.parents[1], centre=folder, state=other / "state", cache=other)
    reloading = Reloading(settings, in_force.append, _no_module)  # type: ignore[arg-type]
    with pytest.raises(ReloadRefused) as refused:
        asyncio.run(reloading.reload())
    assert [Path(problem.split(":")[0]).name for problem in refused.value.problems] == [
        "centre.yaml",
        "queues.yaml",
    ]
    assert in_force == []


async def _no_module(module: str) -> None:
    raise AssertionError(module)


def test_a_queue_that_comes_back_into_the_files_is_changed_and_not_added_twice() -> None:
    demo = load_centre(DEMO)
    without = replace(demo, queues=demo.queues[1:])
    plan = plan_reload(without, demo, {queue.name for queue in demo.queues}, {})
    assert plan.events[0] == QueueChanged(demo.queues[0].rules)
    assert not any(isinstance(event, QueueAdded) for event in plan.events)
