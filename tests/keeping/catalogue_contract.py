"""What must every catalogue do? A real one, over a database too, runs these with a fixture ``catalogue`` of its own."""

from __future__ import annotations

from dataclasses import replace

from recordings.record import Catalogue, Segment, SpeechFacts, StoredRecording

RECORDING = StoredRecording(
    id="20261124-042201-7f3a9c01",
    call="20261124-042201-7f3a9c01",
    kind="call",
    key="2026/11/24/20261124-042201-7f3a9c01.opus.age",
    started_at=1_795_494_121.125,
    length_s=62.5,
    direction="inbound",
    number="900100200",
    caller_shown="6xx xxx 222",
    caller_who="a1b2",
    mode="on_demand",
    queues=("ventas", "atención"),
    operators=("1001", "1002"),
    segments=(Segment("talk", 0.0, 30.5, "1001", "ventas"), Segment("consult", 30.5, 62.5, "1001", "ventas", "1002")),
    muted=((1.5, 4.25),),
    end_reason="caller_hung_up",
    peaks=bytes(range(256)),
    audio_sha256="a" * 64,
    audio_bytes=187_000,
    stored_sha256="b" * 64,
    stored_bytes=187_300,
    stored_at=1_795_494_190.0,
    facts=SpeechFacts(0.4, 0.3, 0.05, 0.1, 0.2, 3, 1, 8.5),
    faults=("part_not_ended x.raw",),
)
MESSAGE = replace(
    RECORDING,
    id="20261124-042201-7f3a9c01-voicemail",
    kind="voicemail",
    caller_who=None,
    facts=None,
    faults=(),
    muted=(),
)


class CatalogueContract:
    """The tests; each with a catalogue that is empty."""

    def test_what_is_entered_is_found_as_it_was(self, catalogue: Catalogue) -> None:
        for recording in (RECORDING, MESSAGE):
            catalogue.enter(recording)
            assert catalogue.find(recording.id) == recording

    def test_what_is_not_entered_is_not_found(self, catalogue: Catalogue) -> None:
        catalogue.enter(RECORDING)
        assert catalogue.find(MESSAGE.id) is None

    def test_entered_again_the_newer_replaces_the_older(self, catalogue: Catalogue) -> None:
        catalogue.enter(RECORDING)
        catalogue.enter(replace(RECORDING, stored_at=RECORDING.stored_at + 1, operators=("1003",)))
        found = catalogue.find(RECORDING.id)
        assert found is not None
        assert (found.stored_at, found.operators) == (RECORDING.stored_at + 1, ("1003",))
        assert list(catalogue.ids()) == [RECORDING.id]

    def test_every_id_is_told_once(self, catalogue: Catalogue) -> None:
        assert list(catalogue.ids()) == []
        for recording in (MESSAGE, RECORDING):
            catalogue.enter(recording)
        assert sorted(catalogue.ids()) == [RECORDING.id, MESSAGE.id]
