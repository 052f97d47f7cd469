"""How are stored recordings listed without a database? One JSON file each, in one folder. See Catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ari_app.whole_files import PRIVATE, write_whole
from recordings.names import id_of_notes
from recordings.record import CatalogueAway, StoredRecording
from recordings.record_json import BadRecord, record_from_json, record_to_json

_SUFFIX: Final = ".json"


class CatalogueFiles:
    """The catalogue in ``folder``, which is made where it is missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def find(self, id_: str) -> StoredRecording | None:
        """See Catalogue."""
        try:
            return record_from_json((self._folder / f"{id_}{_SUFFIX}").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, BadRecord) as failed:
            raise CatalogueAway(f"{id_} cannot be read in {self._folder}: {failed}") from failed

    def enter(self, recording: StoredRecording) -> None:
        """See Catalogue."""
        try:
            for unfinished in self._folder.glob(f".{recording.id}{_SUFFIX}.*.new"):
                unfinished.unlink(missing_ok=True)  # left by a worker that was killed; nobody else enters this one
            write_whole(self._folder / f"{recording.id}{_SUFFIX}", record_to_json(recording), PRIVATE)
        except OSError as failed:
            raise CatalogueAway(f"{recording.id} cannot be entered in {self._folder}: {failed}") from failed

    def ids(self) -> Iterable[str]:
        """See Catalogue."""
        names = sorted(path.name.removesuffix(_SUFFIX) for path in self._folder.glob(f"*{_SUFFIX}"))
        return [name for name in names if id_of_notes(f"{name}.notes")]
