"""Against a real S3 server: refusing, slow, gone and back. Raw files go only after what is stored there was read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.adapters.object_store import open_store
from recordings.wav import RATE_HZ
from tests.fakes.raw_recordings import CALLER_HZ, OPERATOR_HZ, call_id, leave_call
from tests.keeping.conftest import CREDENTIALS, store_url
from tests.keeping.in_between import InBetween
from tests.keeping.object_gateway import ObjectGateway
from tests.keeping.sound import heard, tones, unsealed
from tests.keeping.workshop import Workshop

ID = call_id()


@pytest.fixture
def shop(in_between: InBetween, tmp_path: Path) -> Workshop:
    url = store_url(in_between.endpoint, tmp_path.name)
    return Workshop(tmp_path, open_store(url, CREDENTIALS, deadline_s=2.0, tries=2))


def check_kept(shop: Workshop) -> None:
    assert shop.left() == []
    sound = heard(unsealed(b"".join(shop.store.read(shop.kept(ID).key))))
    assert len(sound) == 2 * RATE_HZ
    assert tones(sound) == [[CALLER_HZ], [OPERATOR_HZ]]


def raw_is_there(shop: Workshop) -> bool:
    return {f"raw/{ID}.raw", f"raw/{ID}.notes"} <= set(shop.left())


def test_a_call_is_stored_there_and_read_back(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.look(2)
    check_kept(shop)
    assert shop.alarms() == {}


@pytest.mark.parametrize("status", [403, 503])
def test_while_it_refuses_an_alarm_stands_and_afterwards_work_goes_on(
    shop: Workshop, in_between: InBetween, status: int
) -> None:
    leave_call(shop.root)
    in_between.mood, in_between.status = "refuses", status
    shop.look(2)
    assert str(status) in shop.alarms()["store_refuses"]
    assert raw_is_there(shop)
    in_between.mood = "open"
    shop.clock.at += 2.0
    shop.look(2)
    check_kept(shop)
    assert (shop.alarms(), shop.encoder.encoded) == ({}, 1)


def test_a_store_that_takes_but_does_not_give_back_costs_no_raw_file(shop: Workshop, in_between: InBetween) -> None:
    leave_call(shop.root)
    in_between.refuses_only = "GET"
    in_between.mood = "refuses"
    shop.look(2)
    assert "did not give" in shop.alarms()["store_refuses"]
    assert raw_is_there(shop)
    assert shop.catalogue.entered == {}
    in_between.mood = "open"
    shop.clock.at += 2.0
    shop.look(2)
    check_kept(shop)
    assert shop.alarms() == {}


def test_a_store_too_slow_for_its_deadline_is_left_and_tried_again(shop: Workshop, in_between: InBetween) -> None:
    leave_call(shop.root)
    in_between.mood, in_between.delay_s = "slow", 30.0
    shop.worker.close()
    shop.store._behind = open_store(store_url(in_between.endpoint, "slow"), CREDENTIALS, deadline_s=0.3, tries=1)
    shop.worker = shop.new_worker()
    shop.look(2)
    assert "store_refuses" in shop.alarms()
    assert raw_is_there(shop)
    in_between.mood = "open"
    shop.clock.at += 2.0
    shop.look(2)
    check_kept(shop)


def test_wrong_credentials_are_an_alarm_until_they_are_right(gateway: ObjectGateway, tmp_path: Path) -> None:
    wrong = {**CREDENTIALS, "AWS_SECRET_ACCESS_KEY": "not-the-secret"}
    url = store_url(gateway.endpoint, tmp_path.name)
    shop = Workshop(tmp_path, open_store(url, wrong))
    leave_call(shop.root)
    shop.look(2)
    assert "403 Forbidden" in shop.alarms()["store_refuses"]
    assert raw_is_there(shop)
    shop.store._behind = open_store(url, CREDENTIALS)
    shop.clock.at += 2.0
    shop.look(2)
    check_kept(shop)
    assert shop.alarms() == {}


def test_a_store_that_was_gone_and_came_back_gets_everything(gateway: ObjectGateway, tmp_path: Path) -> None:
    shop = Workshop(
        tmp_path, open_store(store_url(gateway.endpoint, tmp_path.name), CREDENTIALS, deadline_s=2.0, tries=1)
    )
    ids = [leave_call(shop.root, number) for number in (1, 2, 3)]
    gateway.stop()
    try:
        shop.look(3)
        assert "store_refuses" in shop.alarms()
        assert raw_is_there(shop)
    finally:
        gateway.start()
    shop.clock.at += 2.0
    shop.look(3)
    check_kept(shop)
    assert (sorted(shop.catalogue.entered), shop.alarms(), shop.encoder.encoded) == (ids, {}, 3)
