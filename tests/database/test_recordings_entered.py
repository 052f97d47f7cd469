"""The worker's entry in the catalogue, on real databases: at the start away, or done without its hearing of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ari_app.adapters.catalogue_database import BadDatabase, Database
from ari_app.adapters.patient_catalogue import PatientCatalogue
from recordings.record import Catalogue, CatalogueAway, StoredRecording
from tests.database.in_between import InBetween
from tests.database.outages import Outage
from tests.database.postgres import Postgres
from tests.fakes.raw_recordings import call_id, leave_call
from tests.keeping.catalogue_contract import CatalogueContract
from tests.keeping.workshop import Workshop

ID = call_id(1)


Connect = Callable[[str], Database]


class TestPatientCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self, url: str, connected: Connect) -> PatientCatalogue:
        return PatientCatalogue(connected(url))


class Behind(Workshop):
    """A workshop on a real catalogue."""

    def __init__(self, root: Path, real: Catalogue) -> None:
        self._real = real
        super().__init__(root)
        self.catalogue = real  # type: ignore[assignment]
        self.restart()

    def restart(self) -> None:
        """A next life of the worker."""
        os.close(self.worker._slot)
        self.worker = self.new_worker()

    def look_later(self) -> None:
        """Once what failed is tried again."""
        self.clock.at += 600.0
        self.look()


class Deaf(PatientCatalogue):
    """Enters, and then does what ``afterwards`` does instead of saying so."""

    afterwards: Callable[[], None] | None = None

    def enter(self, recording: StoredRecording) -> None:
        super().enter(recording)
        if self.afterwards is not None:
            self.afterwards()


class Killed(BaseException):
    """What SIGKILL is to a process."""


def _lost() -> None:
    raise CatalogueAway("the connection was lost after the commit")


def _killed() -> None:
    raise Killed


@pytest.mark.parametrize("afterwards", [_lost, _killed])
def test_a_recording_whose_entry_nobody_heard_of_is_kept_once_and_its_raw_files_go_then(
    afterwards: Callable[[], None], url: str, connected: Connect, tmp_path: Path
) -> None:
    catalogue = Deaf(connected(url))
    shop = Behind(tmp_path / "shop", catalogue)
    leave_call(shop.root, 1, 0.5)
    catalogue.afterwards = afterwards
    if afterwards is _killed:
        with pytest.raises(Killed):
            shop.look()
        shop.restart()
    else:
        shop.look()
        assert "lost after the commit" in shop.alarms()["catalogue_away"]
    assert any(name.startswith("raw/") for name in shop.left()), "the raw files stay until the entry is known"
    catalogue.afterwards = None
    entered = catalogue.find(ID)
    shop.look_later()
    shop.look()
    assert (list(catalogue.ids()), shop.left(), shop.alarms()) == ([ID], [], {})
    assert catalogue.find(ID) == entered
    assert (shop.store.puts, shop.encoder.encoded) == (1, 1)


def test_a_worker_starts_with_the_database_away_and_keeps_all_when_it_is_back(
    outage: Outage, connected: Connect, tmp_path: Path
) -> None:
    outage.begin()
    catalogue = PatientCatalogue(connected(outage.url))
    shop = Behind(tmp_path / "shop", catalogue)
    leave_call(shop.root, 1, 0.5)
    for _ in range(2):
        shop.look_later()
    assert "database of recordings" in shop.alarms()["catalogue_away"]
    outage.end()
    shop.look_later()
    shop.look()
    assert (list(catalogue.ids()), shop.left(), shop.alarms()) == ([ID], [], {})
    assert shop.encoder.encoded == 1


def test_tables_of_a_newer_version_keep_the_worker_from_starting_and_say_why(
    database: Database, url: str, connected: Connect
) -> None:
    from sqlalchemy import text

    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadDatabase, match="newer version"):
        PatientCatalogue(connected(url))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("answer_lost", [False, True], ids=["before it is heard", "after it was done"])
def test_at_whatever_word_to_postgresql_the_server_is_killed_the_recording_is_kept_once(
    answer_lost: bool, postgres: Postgres, connected: Connect, tmp_path: Path
) -> None:
    between = InBetween(postgres)
    between.deed, between.answer_lost = postgres.kill, answer_lost
    name = postgres.new_database()
    direct = PatientCatalogue(connected(postgres.url(name)))
    for at in range(1, 200):
        through = PatientCatalogue(connected(postgres.url(name, between.port)))
        shop = Behind(tmp_path / f"shop-{at}", through)
        id_ = leave_call(shop.root, at, 0.1)
        between.next_life(at)
        shop.look()
        if between.said < at:
            break
        postgres.start()
        between.next_life(0)
        shop.look_later()
        shop.look_later()
        shop.look()
        assert (shop.left(), shop.alarms()) == ([], {}), at
        assert direct.find(id_) is not None
        assert len(list(direct.ids())) == at
    between.close()
    assert at > 10
