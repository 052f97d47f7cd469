"""Does a ticket go only where it may, sent by whom it may, and can two never have it? Every walk of every crowd obeys the table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from console.tickets import life
from console.tickets.calls import CallNow
from console.tickets.levels import BadLevels, Levels
from console.tickets.life import TRANSITIONS, NotNow, NotYours, change
from console.tickets.on_the_way import PATIENCE_S, next_act
from console.tickets.ticket import ENGINE, NOBODYS, Actor, Before, Passing, Ticket, To

LEVELS = Levels({"soporte": "soporte_n2", "ventas": "soporte_n2"}, ["soporte", "soporte_n2", "ventas", "reclamaciones"])
ANA = Actor("1005", False, frozenset({"soporte"}))
LUIS = Actor("1006", False, frozenset({"soporte"}))
TERESA = Actor("1015", False, frozenset({"soporte_n2"}))
LEADER = Actor("2001", True, None)
CROWD = [ANA, LUIS, TERESA, LEADER]
T0 = 1000.0


def ticket(**changes: object) -> Ticket:
    made = Ticket("S-2026-000001", "No light", "open", "soporte", 1, None, "1005", T0, T0)
    return replace(made, **changes)  # type: ignore[arg-type]


def mine(**changes: object) -> Ticket:
    return ticket(state="in_progress", owner="1005", **changes)


def passing(how: str = "warm", to: To | None = None, asked: bool = True, at: float = T0) -> Passing:
    return Passing("i", how, to or To(operator="1015"), "1005", "operator", at, "c1", "note", asked)  # type: ignore[arg-type]


acts = some.one_of(
    some.sampled_from(
        [
            life.Take(),
            life.PutBack(),
            life.WaitForCustomer(),
            life.Resume(),
            life.Resolve(),
            life.Close(),
            life.Reopen(),
            life.PassLater(),
            life.PassLater(To(queue="reclamaciones")),
            life.PassLater(To(operator="1006")),
            life.Give("1006"),
            life.BeginPassing(passing()),
            life.BeginPassing(passing("cold", To(queue="soporte_n2"))),
            life.PassingAsked(),
            life.DropPassing(),
            life.EndPassing(),
            life.EndPassing("1015"),
            life.CallerLeft(),
            life.TakeWithCall("1015"),
            life.TakeWithCall("1005"),
            life.Edit(priority=1),
            life.Edit(due_at=-1.0),
        ]
    )
)
ENGINES = (life.PassingAsked, life.DropPassing, life.EndPassing, life.CallerLeft, life.TakeWithCall)


@given(some.lists(some.tuples(acts, some.sampled_from(CROWD)), max_size=30))
def test_whatever_anybody_does_a_ticket_stands_where_the_table_says_and_is_somebodys_or_nobodys(
    walk: list[tuple[life.Act, Actor]],
) -> None:
    one, now = ticket(), T0
    for act, actor in walk:
        now += 1
        try:
            after = change(one, act, ENGINE if isinstance(act, ENGINES) else actor, LEVELS, now)
        except (NotNow, NotYours):
            continue
        came_back = isinstance(act, life.TakeWithCall | life.EndPassing)
        assert after.state == one.state or after.state in TRANSITIONS[one.state].values() or came_back
        assert after.version == one.version + 1
        assert after.changed_at == now
        one = after
        assert one.level == LEVELS.of(one.queue)
        assert (one.owner is not None) or one.state in (*NOBODYS, "resolved", "closed")
        assert one.owner is None or one.state not in ("open", "reopened")
        assert (one.closed_at is not None) == (one.state == "closed")
        assert one.resolved_at is None or one.state in ("resolved", "closed")
        assert one.before is None or one.state == "passed"
        assert one.passing is None or one.state not in ("resolved", "closed")


def test_a_second_passing_that_is_taken_at_once_leaves_nothing_of_the_first() -> None:
    sent = change(mine(passing=passing("cold", To(queue="soporte_n2"))), life.EndPassing(), ENGINE, LEVELS, T0)
    again = change(sent, life.BeginPassing(passing()), TERESA, LEVELS, T0)
    taken = change(again, life.EndPassing("1015"), ENGINE, LEVELS, T0)
    assert (taken.state, taken.owner, taken.before) == ("in_progress", "1015", None)


@given(some.sampled_from(["open", "passed", "reopened"]), some.permutations(CROWD[:2]))
def test_two_can_never_take_the_same_one(state: str, who: list[Actor]) -> None:
    first, second = who
    taken = change(ticket(state=state), life.Take(), first, LEVELS, T0)
    assert (taken.state, taken.owner) == ("in_progress", first.code)
    with pytest.raises(NotNow, match=first.code):
        change(taken, life.Take(), second, LEVELS, T0)


def test_only_who_serves_the_queue_takes_from_its_list() -> None:
    with pytest.raises(NotYours, match="operators of soporte"):
        change(ticket(), life.Take(), TERESA, LEVELS, T0)
    assert change(ticket(), life.Take(), LEADER, LEVELS, T0).owner == "2001"


@pytest.mark.parametrize(
    "act", [life.PutBack(), life.WaitForCustomer(), life.Resolve(), life.Close(), life.PassLater()]
)
def test_what_somebody_works_on_is_that_ones_and_the_leaders(act: life.Act) -> None:
    with pytest.raises(NotYours):
        change(mine(), act, LUIS, LEVELS, T0)
    change(mine(), act, ANA, LEVELS, T0)
    change(mine(), act, LEADER, LEVELS, T0)


def test_only_who_leads_gives_and_reopens_what_is_closed() -> None:
    with pytest.raises(NotYours):
        change(mine(), life.Give("1006"), ANA, LEVELS, T0)
    assert change(mine(), life.Give("1006"), LEADER, LEVELS, T0).owner == "1006"
    closed = ticket(state="closed", closed_at=T0, owner="1005")
    with pytest.raises(NotYours):
        change(closed, life.Reopen(), ANA, LEVELS, T0)
    assert change(closed, life.Reopen(), LEADER, LEVELS, T0).state == "reopened"
    assert change(ticket(state="resolved", owner="1005"), life.Reopen(), ANA, LEVELS, T0).owner is None


def test_for_later_goes_to_the_next_level_unless_another_is_named_and_the_last_has_none() -> None:
    passed = change(mine(), life.PassLater(), ANA, LEVELS, T0)
    assert (passed.state, passed.queue, passed.level, passed.owner) == ("passed", "soporte_n2", 2, None)
    on_a_desk = change(mine(), life.PassLater(To(operator="1006")), ANA, LEVELS, T0)
    assert (on_a_desk.state, on_a_desk.queue, on_a_desk.owner) == ("passed", "soporte", "1006")
    with pytest.raises(NotNow, match="last level"):
        change(ticket(queue="soporte_n2", state="in_progress", owner="1015"), life.PassLater(), TERESA, LEVELS, T0)
    with pytest.raises(NotNow, match="no queue"):
        change(mine(), life.PassLater(To(queue="nowhere")), ANA, LEVELS, T0)


def test_what_was_passed_to_a_desk_is_taken_by_that_one_alone() -> None:
    passed = change(mine(), life.PassLater(To(operator="1015")), ANA, LEVELS, T0)
    with pytest.raises(NotNow, match="with 1015"):
        change(passed, life.Take(), LUIS, LEVELS, T0)
    assert change(passed, life.Take(), TERESA, LEVELS, T0).state == "in_progress"


def test_while_it_is_being_passed_on_with_the_caller_nothing_else_happens_to_it() -> None:
    begun = change(mine(), life.BeginPassing(passing()), ANA, LEVELS, T0)
    assert (begun.state, begun.owner) == ("in_progress", "1005")
    for act in (life.Resolve(), life.PassLater(), life.BeginPassing(passing()), life.PutBack()):
        with pytest.raises(NotNow, match="being passed on"):
            change(begun, act, ANA, LEVELS, T0)
    assert change(begun, life.DropPassing(), ENGINE, LEVELS, T0) == replace(mine(), version=3)


def test_with_the_caller_it_belongs_to_whoever_the_caller_reaches_or_comes_back() -> None:
    begun = change(mine(), life.BeginPassing(passing("cold", To(queue="soporte_n2"))), ANA, LEVELS, T0)
    on_the_way = change(begun, life.EndPassing(), ENGINE, LEVELS, T0)
    assert (on_the_way.state, on_the_way.queue, on_the_way.owner) == ("passed", "soporte_n2", None)
    reached = change(on_the_way, life.TakeWithCall("1015"), ENGINE, LEVELS, T0)
    assert (reached.state, reached.queue, reached.owner, reached.before) == ("in_progress", "soporte_n2", "1015", None)
    back = change(on_the_way, life.TakeWithCall("1005"), ENGINE, LEVELS, T0)
    assert (back.state, back.queue, back.level, back.owner) == ("in_progress", "soporte", 1, "1005")


def call(**fields: object) -> CallNow:
    made = CallNow("c1", "talking", "1005", "soporte", "******789", "900100200", "talking", None, None)
    return replace(made, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "late", "act"),
    [
        (call(control="ringing_other", consulting="1015"), True, None),
        (call(control="consulting", consulting="1015"), True, None),
        (call(control="conference", consulting="1015"), True, None),
        (call(operator="1015"), False, life.EndPassing("1015")),
        (call(operator=None, control="outside"), False, life.EndPassing("1015")),
        (call(operator="1015", stage="ended", control=None), False, life.EndPassing("1015")),
        (call(), False, None),
        (call(), True, life.DropPassing()),
        (call(stage="ended", control=None), False, life.DropPassing()),
        (call(stage="waiting", operator=None, control=None), True, life.DropPassing()),
        (None, False, None),
        (None, True, life.DropPassing()),
    ],
)
def test_a_consultation_is_read_off_the_call(now: CallNow | None, late: bool, act: life.Act | None) -> None:
    at = T0 + (PATIENCE_S if late else 1)
    assert next_act(mine(passing=passing()), now, at) == act


@pytest.mark.parametrize(
    ("now", "late", "act"),
    [
        (call(stage="waiting", operator=None, ticket="S-2026-000001"), False, life.EndPassing()),
        (call(operator="1015", ticket="S-2026-000001"), False, life.EndPassing()),
        (call(ticket="S-2026-000001"), False, None),
        (call(stage="waiting", operator=None, ticket="another"), False, None),
        (call(), True, life.DropPassing()),
        (None, True, life.DropPassing()),
    ],
)
def test_a_transfer_whose_answer_was_lost_is_read_off_the_call(
    now: CallNow | None, late: bool, act: life.Act | None
) -> None:
    at = T0 + (PATIENCE_S if late else 1)
    asked = passing("cold", To(queue="soporte_n2"), asked=False)
    assert next_act(mine(passing=asked), now, at) == act


@pytest.mark.parametrize(
    ("left", "now", "act"),
    [
        (False, call(), None),
        (False, call(stage="waiting", operator=None), life.CallerLeft()),
        (False, call(operator="1015"), life.CallerLeft()),
        (True, call(stage="waiting", operator=None), None),
        (True, call(stage="ringing", operator="1015"), None),
        (True, call(operator="1015"), life.TakeWithCall("1015")),
        (True, call(), life.TakeWithCall("1005")),
        (True, call(stage="ended", operator=None), None),
        (True, None, None),
    ],
)
def test_a_transferred_callers_ticket_goes_to_whoever_answers(
    left: bool, now: CallNow | None, act: life.Act | None
) -> None:
    on_the_way = ticket(state="passed", queue="soporte_n2", before=Before("c1", "1005", "soporte", "1005", left))
    assert next_act(on_the_way, now, T0) == act


def test_levels_are_counted_from_the_queues_into_which_none_leads() -> None:
    deep = Levels({"a": "b", "b": "c", "x": "c"}, ["a", "b", "c", "x"])
    assert [deep.of(queue) for queue in "abcx"] == [1, 2, 3, 1]
    assert deep.after("c") is None
    for bad in ({"a": "a"}, {"a": "b", "b": "a"}, {"a": "nowhere"}, {"nowhere": "a"}):
        with pytest.raises(BadLevels):
            Levels(bad, ["a", "b"])
