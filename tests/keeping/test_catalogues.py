from __future__ import annotations

from pathlib import Path

import pytest

from recordings.record import CatalogueAway
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.catalogue_files import CatalogueFiles
from tests.keeping.catalogue_contract import RECORDING, CatalogueContract


class TestFake(CatalogueContract):
    @pytest.fixture
    def catalogue(self) -> FakeCatalogue:
        return FakeCatalogue()


class TestFiles(CatalogueContract):
    @pytest.fixture
    def catalogue(self, tmp_path: Path) -> CatalogueFiles:
        return CatalogueFiles(tmp_path / "catalogue")


def test_a_file_that_cannot_be_read_is_no_missing_recording(tmp_path: Path) -> None:
    catalogue = CatalogueFiles(tmp_path)
    (tmp_path / f"{RECORDING.id}.json").write_text('{"id":', encoding="utf-8")
    with pytest.raises(CatalogueAway, match=RECORDING.id):
        catalogue.find(RECORDING.id)


def test_what_a_killed_worker_left_half_written_is_not_listed_and_goes_away(tmp_path: Path) -> None:
    catalogue = CatalogueFiles(tmp_path)
    (tmp_path / f".{RECORDING.id}.json.123.new").write_text('{"id":', encoding="utf-8")
    assert list(catalogue.ids()) == []
    catalogue.enter(RECORDING)
    assert [path.name for path in tmp_path.iterdir()] == [f"{RECORDING.id}.json"]
