"""The library in memory: as few lines as can say what the one in the database must do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from recordings.custody import AuditEntry, AuditQuery, Doomed, DoomedBy, Hold, Link, Mark
from recordings.record import StoredRecording
from recordings.retention import Kept
from recordings.search import Extent, Found, Page, Place, Search, folded


class FakeLibrary:
    """Shelves and Custody in one, with the audit's entries beside them."""

    def __init__(self) -> None:
        self.stored: dict[str, StoredRecording] = {}
        self.dooms: dict[str, DoomedBy] = {}
        self.outcomes: dict[str, tuple[float, str]] = {}
        self.marks: dict[str, Mark] = {}
        self.holds: list[Hold] = []
        self.links: dict[str, Link] = {}
        self.erased: set[str] = set()
        self.audit: list[AuditEntry] = []
        self.spooled: set[str] = set()

    def find(self, id_: str) -> StoredRecording | None:
        return None if id_ in self.dooms else self.stored.get(id_)

    def enter(self, recording: StoredRecording) -> None:
        self.stored[recording.id] = recording

    def ids(self) -> Iterable[str]:
        return [id_ for id_ in self.stored if id_ not in self.dooms]

    def show(self, id_: str) -> Found | None:
        recording = self.find(id_)
        return None if recording is None else self._found(recording)

    def search(self, search: Search, limit: int, after: Place | None = None) -> Page:
        fit = self._fit(search)
        older = [
            one for one in fit if after is None or (one.place.started_at, one.place.id) < (after.started_at, after.id)
        ]
        page = tuple(replace(one, recording=replace(one.recording, peaks=b"")) for one in older[:limit])
        return Page(page, len(fit), page[-1].place if len(older) > limit else None)

    def extent(self, search: Search) -> Extent:
        fit = [one.recording for one in self._fit(search)]
        return Extent(len(fit), sum(one.length_s for one in fit), sum(one.audio_bytes for one in fit))

    def note_outcome(self, call: str, disposition: str, by: str, at: float) -> None:
        if self.outcomes.get(call, (0.0, ""))[0] <= at:
            self.outcomes[call] = (at, disposition)

    def began_before(self, at: float, after: Place | None, limit: int) -> Sequence[Kept]:
        oldest = [one for one in reversed(self._fit(Search())) if one.recording.started_at < at]
        later = [
            one
            for one in oldest
            if after is None or (one.place.started_at, one.place.id) > (after.started_at, after.id)
        ]
        return [
            Kept(
                one.recording.id,
                one.recording.call,
                one.recording.started_at,
                one.recording.kind,
                one.recording.queues,
                one.disposition,
                one.held,
            )
            for one in later[:limit]
        ]

    def of_customer(self, who: str, calls: Iterable[str] = ()) -> Sequence[StoredRecording]:
        wanted = set(calls)
        mine = [one for id_ in self.ids() if (one := self.stored[id_]).caller_who == who or one.call in wanted]
        return [replace(one, peaks=b"") for one in mine]

    def of_erased_calls(self) -> Sequence[str]:
        return [one for one in self.ids() if self.stored[one].call in self.erased and not self._held(one)]

    def doom(self, id_: str, why: DoomedBy, at: float) -> bool:
        if id_ not in self.stored or self._held(id_):
            return False
        self.dooms.setdefault(id_, why)
        return True

    def doomed(self) -> Sequence[tuple[StoredRecording, DoomedBy]]:
        return [(replace(self.stored[id_], peaks=b""), why) for id_, why in self.dooms.items()]

    def bury(self, id_: str, entry: AuditEntry) -> None:
        if self.dooms.pop(id_, None) is None:
            return
        self.forget_calls([self.stored.pop(id_).call])
        self.holds = [hold for hold in self.holds if hold.recording != id_]
        self.links = {link.id: link for link in self.links.values() if link.recording != id_}
        self.audit.append(entry)

    def mark(self, mark: Mark, entry: AuditEntry) -> None:
        self.marks[mark.id] = mark
        self.audit.append(entry)

    def marks_of(self, recording: StoredRecording) -> Sequence[Mark]:
        of_call = recording.call if recording.kind == "call" else None
        shown = [
            mark
            for mark in self.marks.values()
            if mark.recording == recording.id or (mark.recording is None and mark.call == of_call)
        ]
        return sorted(shown, key=lambda mark: (mark.at, mark.id))

    def find_mark(self, id_: str) -> Mark | None:
        return self.marks.get(id_)

    def remove_mark(self, id_: str, entry: AuditEntry) -> bool:
        removed = self.marks.pop(id_, None) is not None
        self.audit += [entry] if removed else []
        return removed

    def forget_calls(self, calls: Iterable[str]) -> int:
        gone = set(calls) - {recording.call for recording in self.stored.values()}
        marks = [mark.id for mark in self.marks.values() if mark.call in gone]
        outcomes = [call for call in self.outcomes if call in gone]
        for id_ in marks:
            del self.marks[id_]
        for call in outcomes:
            del self.outcomes[call]
        return len(marks) + len(outcomes)

    def hold(self, hold: Hold, entry: AuditEntry) -> None:
        self._demand_kept(hold.recording)
        self._release(hold.recording, entry)
        self.holds.append(hold)
        self.audit.append(entry)

    def release(self, recording: str, entry: AuditEntry) -> bool:
        released = self._release(recording, entry)
        self.audit += [entry] if released else []
        return released

    def holds_of(self, recording: str) -> Sequence[Hold]:
        mine = [hold for hold in self.holds if hold.recording == recording]
        return sorted(mine, key=lambda hold: (-hold.at, hold.id))

    def make_link(self, link: Link, entry: AuditEntry) -> None:
        self._demand_kept(link.recording)
        self.links[link.id] = link
        self.audit.append(entry)

    def links_of(self, recording: str) -> Sequence[Link]:
        mine = [link for link in self.links.values() if link.recording == recording]
        return sorted(mine, key=lambda link: (-link.made_at, link.id))

    def find_link(self, id_: str) -> Link | None:
        return self.links.get(id_)

    def use_link(self, id_: str, now: float, entry: AuditEntry) -> bool:
        link = self.links.get(id_)
        if link is None or link.revoked_at is not None or link.expires_at <= now or link.plays == link.plays_max:
            return False
        self.links[id_] = replace(link, plays=link.plays + 1)
        self.audit.append(entry)
        return True

    def revoke_link(self, id_: str, entry: AuditEntry) -> bool:
        link = self.links.get(id_)
        if link is None or link.revoked_at is not None:
            return False
        self.links[id_] = replace(link, revoked_at=entry.at)
        self.audit.append(entry)
        return True

    def note_once(self, id_: str, entry: AuditEntry) -> None:
        if id_ not in self.spooled:
            self.spooled.add(id_)
            self.audit.append(entry)

    def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        return list(reversed(self.audit))

    def _held(self, id_: str) -> bool:
        return any(hold.recording == id_ and hold.released_at is None for hold in self.holds)

    def _release(self, id_: str, entry: AuditEntry) -> bool:
        held = self._held(id_)
        self.holds = [
            replace(hold, released_at=entry.at, released_by=entry.who)
            if hold.recording == id_ and hold.released_at is None
            else hold
            for hold in self.holds
        ]
        return held

    def _demand_kept(self, id_: str) -> None:
        if self.find(id_) is None:
            raise Doomed(id_)

    def _found(self, recording: StoredRecording) -> Found:
        outcome = self.outcomes.get(recording.call)
        marks = len(self.marks_of(recording))
        return Found(recording, outcome and outcome[1], self._held(recording.id), marks)

    def _fit(self, search: Search) -> list[Found]:
        found = [self._found(self.stored[id_]) for id_ in self.ids()]
        fit = [one for one in found if self._fits(search, one)]
        return sorted(fit, key=lambda one: (one.recording.started_at, one.recording.id), reverse=True)

    def _fits(self, search: Search, found: Found) -> bool:
        one, facts = found.recording, found.recording.facts
        texts = [folded(mark.text) for mark in self.marks_of(one)]
        return all(
            (
                search.sight.sees(one.queues, one.operators),
                search.since is None or one.started_at >= search.since,
                search.until is None or one.started_at < search.until,
                search.queue is None or search.queue in one.queues,
                search.operator is None or search.operator in one.operators,
                search.number in (None, one.number),
                search.caller_who in (None, one.caller_who),
                search.disposition in (None, found.disposition),
                search.kind in (None, one.kind),
                search.mode in (None, one.mode),
                search.call in (None, one.call),
                search.held in (None, found.held),
                _between(one.length_s, search.min_length_s, search.max_length_s),
                _between(facts.silence if facts else None, search.min_silence, search.max_silence),
                _between(facts.over_talk if facts else None, search.min_over_talk, search.max_over_talk),
                search.text is None or any(folded(search.text) in text for text in texts),
            )
        )


def _between(value: float | None, least: float | None, most: float | None) -> bool:
    if least is None and most is None:
        return True
    return value is not None and (least is None or value >= least) and (most is None or value <= most)
