"""How a worker goes about it: in which order, how often again, and what it tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ari_app.cli import cli
from ari_app.keeping.workers import state_files
from ari_app.recording_worker import WorkerRules
from tests.fakes.raw_recordings import STARTED_AT, Part, both_sides, call_id, leave, leave_call
from tests.keeping.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def one_lane(shop: Workshop, rules: WorkerRules | None = None) -> None:
    shop.worker.close()
    shop.rules = replace(rules or WorkerRules(), lanes=1)
    shop.worker = shop.new_worker()


def test_the_call_that_ended_first_is_kept_first(shop: Workshop) -> None:
    one_lane(shop)
    for number, ends in ((1, 30.0), (2, 10.0), (3, 20.0)):
        id_ = call_id(number)
        leave(shop.root, id_, [Part(f"{id_}.raw", both_sides(0.5), STARTED_AT + ends)])
    shop.look(3)
    assert list(shop.catalogue.entered) == [call_id(2), call_id(3), call_id(1)]


def test_what_fails_is_tried_again_ever_more_seldom_and_never_given_up(shop: Workshop) -> None:
    leave_call(shop.root, seconds=0.2)
    shop.store.refuses = True
    waits = []
    for _ in range(12):
        before = shop.store.puts
        shop.look()
        assert shop.store.puts == before + 1
        failed = shop.told()["failed"][call_id()]
        waits.append(failed["next_try_at"] - shop.clock.at)
        shop.clock.at = failed["next_try_at"] - 0.001
        shop.look()
        assert shop.store.puts == before + 1
        shop.clock.at = failed["next_try_at"]
    assert waits == pytest.approx([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    assert failed["tries"] == 12


def test_one_that_fails_does_not_hold_up_the_others(shop: Workshop) -> None:
    one_lane(shop)
    first = leave_call(shop.root, 1, 0.3, STARTED_AT)
    shop.store.refuses = True
    shop.look()
    shop.store.refuses = False
    others = [leave_call(shop.root, number, 0.3, STARTED_AT + number) for number in (2, 3)]
    shop.look(2)
    assert list(shop.catalogue.entered) == others
    shop.clock.at += 1.0
    shop.look()
    assert first in shop.catalogue.entered


def test_the_state_tells_what_waits_what_failed_and_what_is_done(shop: Workshop) -> None:
    leave_call(shop.root, 1, 2.0)
    shop.look(2)
    shop.store.refuses = True
    leave_call(shop.root, 2, 2.0)
    shop.look(2)
    told = shop.told()
    assert (told["done"], told["waiting"], told["set_aside"]) == (1, 1, 0)
    assert told["oldest_waiting_s"] == pytest.approx(3598.0)
    assert told["failed"][call_id(2)]["why"].startswith("the store did not take it")
    assert told["in_work"] == {}
    assert told["beat_at"] == shop.clock.now()


def test_the_heart_beats_also_when_nothing_happens(shop: Workshop) -> None:
    shop.look()
    before = shop.told()["beat_at"]
    shop.clock.at += 2.0
    shop.look()
    assert shop.told()["beat_at"] == before + 2.0


def test_a_slow_store_is_an_alarm_until_it_is_faster(shop: Workshop) -> None:
    shop.store.takes_s = 25.0
    leave_call(shop.root, 1, 0.3)
    shop.look(2)
    assert "25.0 s" in shop.alarms()["store_slow"]
    shop.store.takes_s = 1.0
    leave_call(shop.root, 2, 0.3)
    shop.look(2)
    assert shop.alarms() == {}


def test_a_disk_nearly_full_is_an_alarm(shop: Workshop) -> None:
    one_lane(shop, WorkerRules(full_share=0.0))
    shop.look()
    assert "of the disk" in shop.alarms()["disk_nearly_full"]


def test_a_worker_that_is_asked_to_stop_leaves_a_recording_as_it_is(shop: Workshop) -> None:
    leave_call(shop.root)
    shop.worker.stop()
    shop.look()
    assert (shop.encoder.encoded, shop.catalogue.entered) == (0, {})
    assert f"raw/{call_id()}.raw" in shop.left()
    shop.worker.close()
    shop.worker = shop.new_worker()
    shop.look()
    assert shop.left() == []


def test_a_second_worker_has_a_state_of_its_own(shop: Workshop) -> None:
    second = shop.new_worker()
    shop.look()
    second.look()
    assert [path.name for path in state_files(shop.root)] == ["pipeline.json", "pipeline-2.json"]
    second.close()
    shop.worker.close()
    shop.new_worker().look()
    assert shop.told()["started_at"] == shop.clock.now()


def test_status_shows_the_queue_and_each_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRALITA_STATE", str(tmp_path))
    empty = CliRunner().invoke(cli, ["recordings", "status"])
    assert (empty.exit_code, "no worker has ever run here" in empty.output) == (3, True)
    shop = Workshop(tmp_path)
    leave_call(shop.root, 1, 0.3)
    shop.look()
    shop.store.refuses = True
    leave_call(shop.root, 2, 0.3)
    shop.look(2)
    monkeypatch.setattr("ari_app.cli_recordings.machine_time", lambda: shop.clock.now() + 1.0)
    shown = CliRunner().invoke(cli, ["recordings", "status"])
    assert shown.exit_code == 3
    for text in ("worker ", call_id(2), "ALARM store_refuses for 1 s: the store did not take it: 503"):
        assert text in shown.output
    shop.store.refuses = False
    shop.clock.at += 5.0
    shop.look(2)
    assert CliRunner().invoke(cli, ["recordings", "status"]).exit_code == 0
    monkeypatch.setattr("ari_app.cli_recordings.machine_time", lambda: shop.clock.now() + 60.0)
    dead = CliRunner().invoke(cli, ["recordings", "status"])
    assert (dead.exit_code, "no worker for 60 s" in dead.output) == (3, True)
