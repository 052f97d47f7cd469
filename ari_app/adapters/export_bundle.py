"""How are recordings packed while they are sent? A ZIP whose parts are written in order, never whole in memory or on a disk.

The sound is not compressed again. The manifests come last, since they tell what was really sent: SHA-256 of each file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast

from ari_app.adapters.playing import Player
from ari_app.adapters.unsealing import CannotUnseal
from ari_app.keeping.ports import NotStored
from recordings.custody import BadKey
from recordings.manifest import Line, as_csv, as_json, line_of
from recordings.search import Found


class Bundle:
    """One export; ``about`` stands in its manifest."""

    def __init__(self, player: Player, about: Mapping[str, Any]) -> None:
        self._player = player
        self._about = about
        self._lines: list[Line] = []

    async def of(self, found: AsyncIterator[Found]) -> AsyncGenerator[bytes, None]:
        """The bytes of the bundle. A sound that cannot be had is named in the manifest; one that breaks off while it is sent, or
        is not what the catalogue says, ends the bundle with an error: it has no directory then, and cannot be taken for whole."""
        sink = _Sink()
        with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_STORED) as bundle:
            async for one in found:
                async with aclosing(self._one(bundle, sink, one)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            bundle.writestr("manifest.csv", as_csv(self._lines), zipfile.ZIP_DEFLATED)
            bundle.writestr("manifest.json", as_json(self._lines, self._about), zipfile.ZIP_DEFLATED)
        yield sink.taken()

    async def _one(self, bundle: zipfile.ZipFile, sink: _Sink, found: Found) -> AsyncGenerator[bytes, None]:
        one = found.recording
        try:
            sound = await self._player.begun(one, "opus")
        except (NotStored, BadKey, CannotUnseal) as missing:
            self._lines.append(line_of(found, "", "", 0, str(missing)))
            return
        name, digest = f"audio/{one.id}.opus", sha256()
        with bundle.open(_member(name, one.started_at, one.audio_bytes), "w") as file:
            async with aclosing(self._player.bytes_of(sound)) as chunks:
                async for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
                    yield sink.taken()
            if digest.hexdigest() != one.audio_sha256:
                raise CannotUnseal(f"The sound of {one.id} is not what the catalogue says")
        self._lines.append(line_of(found, name, digest.hexdigest(), one.audio_bytes))
        yield sink.taken()


class _Sink:
    """Where the archive is written: what has gathered is taken and sent. It cannot seek, so sizes follow each file."""

    def __init__(self) -> None:
        self._gathered = io.BytesIO()

    def write(self, data: bytes) -> int:
        return self._gathered.write(data)

    def flush(self) -> None:
        return

    def taken(self) -> bytes:
        data = self._gathered.getvalue()
        self._gathered = io.BytesIO()
        return data


def _member(name: str, at: float, size: int) -> zipfile.ZipInfo:
    began = datetime.fromtimestamp(at, UTC)
    member = zipfile.ZipInfo(
        name, (max(1980, began.year), began.month, began.day, began.hour, began.minute, began.second)
    )
    member.external_attr = 0o600 << 16
    member.file_size = size
    return member
