"""How does one recording go from raw files to the catalogue? Step by step, each of which may be the last of this process's life.

Check, encode, seal, put into the store, read back and compare, enter into the catalogue, and only then remove the raw files. A next
life finds out from the files, the store and the catalogue what was done, and goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ari_app.clock import Clock
from ari_app.keeping.folder import LONGEST_NOTES, RecordingsFolder
from ari_app.keeping.label import read_label, write_label
from ari_app.keeping.measured import Measure, measured, written_anew
from ari_app.keeping.ports import (
    BadRecording,
    Encoder,
    Meter,
    NotStored,
    Samples,
    Seal,
    Step,
    Store,
    StoreRefuses,
    Watch,
)
from ari_app.keeping.samples import samples_of
from recordings.names import store_key
from recordings.notes import BadNotes, Note, from_lines
from recordings.peaks import Peaks
from recordings.record import Catalogue, SpeechFacts, StoredRecording
from recordings.timeline import Timeline, lay_out, noted_parts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """It is stored and entered; ``encoded`` in this life or an earlier one."""

    recording: StoredRecording
    encoded: bool


@dataclass(frozen=True, slots=True)
class SetAside:
    """It cannot be kept without a person."""

    why: str


@dataclass(frozen=True, slots=True)
class NothingToKeep:
    """Another worker has it, or nothing was recorded."""


Outcome = Kept | SetAside | NothingToKeep


@dataclass(frozen=True, slots=True)
class Works:
    """What the steps are done with. ``seal`` raises WrongKey while there is no good key."""

    encoder: Encoder
    seal: Callable[[], Seal]
    store: Store
    catalogue: Catalogue
    meter: Callable[[], Meter | None] = lambda: None
    """Who speaks when in one recording, where that is measured."""


class Keeper:
    """Keeps recordings, one at a time for each thread that calls."""

    def __init__(self, folder: RecordingsFolder, works: Works, watch: Watch, clock: Clock) -> None:
        self._folder = folder
        self._works = works
        self._watch = watch
        self._clock = clock

    def keep(self, id_: str) -> Outcome:
        """Keep it, from wherever an earlier life left it.

        Raises WrongKey, StoreRefuses, CatalogueAway and OSError: nothing is lost then, and it is to be tried again.
        """
        with self._folder.taken(id_) as notes:
            if notes is None:
                return NothingToKeep()
            self._folder.count_try(id_)
            try:
                if why := self._folder.reason_aside(id_):
                    raise BadRecording(why)
                return self._keep(id_, notes)
            except (BadRecording, BadNotes) as bad:
                self._folder.set_aside(id_, str(bad), self._folder.parts_of(id_))
                log.error("recording_set_aside", recording=id_, why=str(bad))
                return SetAside(str(bad))
            finally:
                self._folder.forget_tries(id_)

    def _keep(self, id_: str, written: bytes) -> Outcome:
        self._at(id_, "check", 0.0)
        notes = _read(id_, written)
        parts = noted_parts(notes)
        more = tuple(name for name in self._folder.parts_of(id_) if name not in parts)
        if not parts and not more:
            self._folder.remove(id_, ())
            log.info("nothing_was_recorded", recording=id_)
            return NothingToKeep()
        seal = self._works.seal()
        entered, encoded = self._works.catalogue.find(id_), False
        if entered is None or not self._is_stored(entered):
            label = self._sealed(id_, seal)
            encoded = label is None
            entered = self._store(label or self._made(id_, notes, more, seal))
        self._remove(id_, parts, more)
        return Kept(entered, encoded)

    def _sealed(self, id_: str, seal: Seal) -> StoredRecording | None:
        """What an earlier life, or an earlier try, has sealed."""
        return read_label(self._folder.temporary(id_, "label.json"), self._folder.temporary(id_, "opus.age"), seal.mark)

    def _made(self, id_: str, notes: Sequence[Note], more: Sequence[str], seal: Seal) -> StoredRecording:
        """Encode and seal; what is half made goes away if that fails."""
        self._folder.clear_work(id_, count=False)
        try:
            timeline = self._timeline(notes, more)
            opus = self._folder.temporary(id_, "opus")
            peaks, facts, audio = self._encode(timeline, opus)
            sealed = self._seal(id_, opus, seal)
            recording = _record(timeline, peaks, facts, audio, sealed)
            write_label(self._folder.temporary(id_, "label.json"), recording, seal.mark)
            opus.unlink()
        except BaseException:
            with suppress(OSError):
                self._folder.clear_work(id_, count=False)
            raise
        return recording

    def _timeline(self, notes: Sequence[Note], more: Sequence[str]) -> Timeline:
        timeline = lay_out(notes, self._folder.part_sizes(noted_parts(notes)))
        if timeline.frames == 0:
            raise BadRecording("nothing was written: " + ", ".join(timeline.faults))
        return replace(timeline, faults=(*timeline.faults, *(f"part_not_noted {name}" for name in more)))

    def _encode(self, timeline: Timeline, opus: Path) -> tuple[Peaks, SpeechFacts | None, Measure]:
        id_, peaks = timeline.began.id, Peaks(timeline.frames)
        meter = self._works.meter() if timeline.began.kind == "call" else None
        tags = {
            "TITLE": id_,
            "DATE": datetime.fromtimestamp(timeline.started_at, UTC).isoformat(timespec="milliseconds"),
        }
        with ExitStack() as handles, written_anew(opus) as file:
            open_parts = dict[str, int]()
            for name in {stretch.file for stretch in timeline.stretches if stretch.file}:
                open_parts[name] = self._folder.open_part(name)
                handles.callback(os.close, open_parts[name])
            self._works.encoder.encode(
                self._watched(samples_of(timeline, open_parts), peaks, meter, timeline), file, tags
            )
        facts = meter.facts(timeline.segments, timeline.muted_s, timeline.length_s) if meter is not None else None
        return peaks, facts, file.measure

    def _watched(
        self, samples: Iterator[Samples], peaks: Peaks, meter: Meter | None, timeline: Timeline
    ) -> Iterator[Samples]:
        done = 0
        for piece in samples:
            self._at(timeline.began.id, "encode", done / timeline.frames)
            peaks.take(piece)
            if meter is not None:
                meter.feed(piece)
            done += len(piece)
            yield piece

    def _seal(self, id_: str, opus: Path, seal: Seal) -> Measure:
        self._at(id_, "seal", 0.0)
        with opus.open("rb") as source, written_anew(self._folder.temporary(id_, "opus.age")) as file:
            seal.seal(source, file)
        return file.measure

    def _store(self, recording: StoredRecording) -> StoredRecording:
        began_at = self._clock.now()
        self._at(recording.id, "put", 0.0)
        self._works.store.put(recording.key, self._folder.temporary(recording.id, "opus.age"))
        if not self._is_stored(recording):
            raise StoreRefuses(f"the store took {recording.key}, but gives back something else")
        self._watch.store_took(self._clock.now() - began_at, recording.stored_bytes)
        self._at(recording.id, "enter", 0.0)
        entered = replace(recording, stored_at=self._clock.now())
        self._works.catalogue.enter(entered)
        return entered

    def _is_stored(self, recording: StoredRecording) -> bool:
        """Read it back. Raises StoreRefuses when the store cannot be asked."""
        self._at(recording.id, "verify", 0.0)
        try:
            found = measured(self._works.store.read(recording.key))
        except NotStored:
            return False
        return (found.size, found.sha256) == (recording.stored_bytes, recording.stored_sha256)

    def _remove(self, id_: str, parts: tuple[str, ...], more: tuple[str, ...]) -> None:
        self._at(id_, "remove", 0.0)
        if more:
            why = "The notes do not tell of these parts, so they are not in the recording that is kept."
            self._folder.set_aside(id_, why, more, notes=False)
            log.error("recording_parts_set_aside", recording=id_, parts=more)
        self._folder.remove(id_, parts)

    def _at(self, id_: str, step: Step, share: float) -> None:
        self._watch.at(id_, step, share)


def _read(id_: str, written: bytes) -> list[Note]:
    """The notes. Raises BadNotes, BadRecording."""
    if len(written) > LONGEST_NOTES:
        raise BadRecording(f"the notes are longer than {LONGEST_NOTES} bytes; no call writes that much")
    try:
        notes = from_lines(written.decode("utf-8"))
    except UnicodeDecodeError as bad:
        raise BadRecording(f"the notes are no text: {bad}") from bad
    if notes and getattr(notes[0], "id", id_) != id_:
        raise BadRecording("the notes are those of another recording")
    return notes


def _record(
    timeline: Timeline, peaks: Peaks, facts: SpeechFacts | None, audio: Measure, sealed: Measure
) -> StoredRecording:
    began = timeline.began
    return StoredRecording(
        id=began.id,
        call=began.call,
        kind=began.kind,
        key=store_key(began.id),
        started_at=timeline.started_at,
        length_s=timeline.length_s,
        direction=began.direction,
        number=began.number,
        caller_shown=began.caller_shown,
        caller_who=began.caller_who,
        mode=timeline.mode,
        queues=timeline.queues,
        operators=timeline.operators,
        segments=timeline.segments,
        muted=timeline.muted_s,
        end_reason=timeline.end_reason,
        peaks=peaks.packed(),
        audio_sha256=audio.sha256,
        audio_bytes=audio.size,
        stored_sha256=sealed.sha256,
        stored_bytes=sealed.size,
        stored_at=0.0,
        facts=facts,
        faults=timeline.faults,
    )
