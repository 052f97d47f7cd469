"""For how long is a caller's whole number known? On the engine, on a telephone system in memory and virtual time."""

from __future__ import annotations

from ari_app.asked import ToOperator, TransferAsked
from ari_app.caller_numbers import CallerNumbers
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time

NUMBER = "600111222"


def numbers_of(centre: FakeCentre) -> CallerNumbers:
    numbers = CallerNumbers(lambda: centre.switchboard.calls, centre.board)
    centre.board.add_sink(numbers.sink)
    return numbers


async def talking(centre: FakeCentre, number: str = NUMBER) -> str:
    await centre.at_work("1009", "answers")
    centre.telephony.call_arrives("caller", "inbound", "900100201", caller=number)
    await centre.settle()
    (call,) = centre.board.calls
    assert centre.call(call).stage == "talking"
    return call


async def hang_up(centre: FakeCentre, call: str) -> None:
    centre.engine.hang_up_call(call)
    await centre.settle()
    assert centre.call(call).stage == "ended"


@in_virtual_time
async def test_a_number_is_known_until_the_operator_has_written_the_call_up(centre: FakeCentre) -> None:
    numbers = numbers_of(centre)
    call = await talking(centre)
    assert numbers.number_of(call) == NUMBER
    await hang_up(centre, call)
    assert centre.state("1009") == "wrap_up"
    assert numbers.number_of(call) == NUMBER
    centre.engine.set_operator_state("1009", "ready", None)
    assert numbers.number_of(call) is None


@in_virtual_time
async def test_a_customer_who_is_erased_is_forgotten_before(centre: FakeCentre) -> None:
    numbers = numbers_of(centre)
    call = await talking(centre)
    await hang_up(centre, call)
    assert numbers.forget(lambda number: number == "600000000") == 0
    assert numbers.forget(lambda number: number == NUMBER) == 1
    assert numbers.number_of(call) is None


@in_virtual_time
async def test_a_number_that_is_withheld_is_not_known(centre: FakeCentre) -> None:
    assert numbers_of(centre).number_of(await talking(centre, "anonymous")) is None


@in_virtual_time
async def test_who_has_passed_the_call_on_does_not_keep_the_number_after_its_end(centre: FakeCentre) -> None:
    numbers = numbers_of(centre)
    call = await talking(centre)
    await centre.at_work("1010", "answers")
    centre.engine.call_desk.ask(call, TransferAsked(ToOperator("1010"), keep_place=True))
    await centre.settle()
    assert centre.call(call).operator == "1010"
    await hang_up(centre, call)
    centre.engine.set_operator_state("1010", "ready", None)
    assert numbers.number_of(call) is None
