"""Do the catalogue in the database and the one in memory do the same? One suite for both, and any search on both at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_custody import SqlCustody
from ari_app.adapters.catalogue_database import Database
from ari_app.library import Custody, Shelves
from recordings.custody import AuditEntry, AuditQuery, Doomed, Hold, Link, Mark
from recordings.record import StoredRecording
from recordings.search import Page, Place, Search, Sight
from tests.fakes.library import FakeLibrary
from tests.library.some_recordings import BEGAN, WHO, call_id, noted, stored

ONE, TWO, THREE = call_id(1), call_id(2), call_id(3)


@dataclass
class Library:
    """One of the two."""

    shelves: Shelves
    custody: Custody
    entries: Callable[[], list[AuditEntry]]


def in_database(database: Database) -> Library:
    book = SqlAuditBook(database)
    return Library(SqlShelves(database), SqlCustody(database), lambda: list(book.entries(AuditQuery())))


def in_memory() -> Library:
    fake = FakeLibrary()
    return Library(fake, fake, lambda: list(fake.entries(AuditQuery())))


@pytest.fixture(params=["database", "memory"])
def library(request: pytest.FixtureRequest) -> Library:
    return in_database(request.getfixturevalue("database")) if request.param == "database" else in_memory()


def mark(id_: str = "m1", **changed: Any) -> Mark:
    fields: dict[str, Any] = {
        "id": id_,
        "call": ONE,
        "at": BEGAN + 70,
        "by": "2001",
        "text": "Muy buena Gestión",
        "made_at": BEGAN,
    }
    return Mark(**fields | changed)


def hold(id_: str = "h1", recording: str = ONE, at: float = BEGAN) -> Hold:
    return Hold(id_, recording, "3001", "a lawsuit", at)


def link(id_: str = "l1", **changed: Any) -> Link:
    fields: dict[str, Any] = {"id": id_, "recording": ONE, "by": "2001", "made_at": BEGAN, "expires_at": BEGAN + 600}
    return Link(**fields | changed)


def ids(page: Page) -> list[str]:
    return [one.recording.id for one in page.items]


def test_what_is_entered_is_found_as_it_was(library: Library) -> None:
    one = stored(1, queues=("ventas", "soporte"), operators=("1006", "1005"), faults=("part 2 is torn",))
    two = stored(2, facts=None, caller_who=None, segments=(), muted=(), peaks=b"", operators=(), queues=())
    library.shelves.enter(one)
    library.shelves.enter(two)
    assert [library.shelves.find(ONE), library.shelves.find(TWO)] == [one, two]
    assert library.shelves.find(THREE) is None
    assert sorted(library.shelves.ids()) == [ONE, TWO]


def test_entered_again_the_newer_replaces_the_older_and_its_custody_stays(library: Library) -> None:
    library.shelves.enter(stored(1, queues=("ventas", "soporte")))
    library.custody.hold(hold(), noted())
    newer = stored(1, queues=("soporte",), length_s=12.0, peaks=b"\x01\x02\x03\x04")
    library.shelves.enter(newer)
    assert library.shelves.find(ONE) == newer
    shown = library.shelves.show(ONE)
    assert shown is not None
    assert shown.held


def test_pages_follow_each_other_from_the_newest_and_tell_how_many_there_are(library: Library) -> None:
    for number in range(1, 8):
        library.shelves.enter(stored(number, started_at=BEGAN + number // 3))
    seen, after, totals = [], None, set()
    while True:
        page = library.shelves.search(Search(), 3, after)
        seen += ids(page)
        totals.add(page.total)
        if page.next is None:
            break
        after = Place.from_text(page.next.text())
    assert seen == [call_id(number) for number in range(7, 0, -1)]
    assert totals == {7}


def test_a_list_leaves_out_the_peaks_and_tells_outcome_hold_and_notes(library: Library) -> None:
    library.shelves.note_outcome(ONE, "sold", "1005", BEGAN)
    library.shelves.enter(stored(1))
    library.custody.mark(mark(), noted("mark_made"))
    library.custody.hold(hold(), noted())
    (found,) = library.shelves.search(Search(), 10).items
    assert (found.disposition, found.held, found.marks, found.recording.peaks) == ("sold", True, 1, b"")


def test_the_newest_outcome_counts_whichever_comes_last(library: Library) -> None:
    library.shelves.enter(stored(1))
    library.shelves.note_outcome(ONE, "sold", "1005", BEGAN + 5)
    library.shelves.note_outcome(ONE, "lost", "1005", BEGAN + 2)
    shown = library.shelves.show(ONE)
    assert shown is not None
    assert shown.disposition == "sold"


def test_notes_of_the_call_stand_on_its_conversation_and_those_of_a_message_on_the_message(library: Library) -> None:
    message = stored(id=f"{ONE}-voicemail", kind="voicemail")
    for recording in (stored(1), message):
        library.shelves.enter(recording)
    library.custody.mark(mark("m1"), noted())
    library.custody.mark(mark("m2", recording=message.id, text="ruido"), noted())
    assert [one.id for one in library.custody.marks_of(stored(1))] == ["m1"]
    assert [one.id for one in library.custody.marks_of(message)] == ["m2"]
    assert ids(library.shelves.search(Search(text="gestion"), 10)) == [ONE]
    assert ids(library.shelves.search(Search(text="RUIDO"), 10)) == [message.id]
    assert ids(library.shelves.search(Search(text="%"), 10)) == []


def test_a_removed_note_is_found_no_more(library: Library) -> None:
    library.shelves.enter(stored(1))
    library.custody.mark(mark(), noted("mark_made"))
    assert library.custody.remove_mark("m1", noted("mark_removed"))
    assert not library.custody.remove_mark("m1", noted("mark_removed"))
    assert library.custody.find_mark("m1") is None
    assert ids(library.shelves.search(Search(text="gestion"), 10)) == []
    assert [entry.act for entry in library.entries()] == ["mark_removed", "mark_made"]


def test_a_held_recording_cannot_be_doomed_until_it_is_released(library: Library) -> None:
    library.shelves.enter(stored(1))
    library.custody.hold(hold(), noted())
    library.custody.hold(hold("h2", at=BEGAN + 1), noted(at=BEGAN + 1))
    assert not library.shelves.doom(ONE, "expired", BEGAN)
    assert library.custody.release(ONE, noted("released", at=BEGAN + 2))
    assert not library.custody.release(ONE, noted("released"))
    assert [(one.id, one.released_at) for one in library.custody.holds_of(ONE)] == [
        ("h2", BEGAN + 2),
        ("h1", BEGAN + 1),
    ]
    assert library.shelves.doom(ONE, "expired", BEGAN)


def test_what_is_doomed_is_seen_by_nobody_and_can_be_neither_held_nor_linked(library: Library) -> None:
    library.shelves.enter(stored(1))
    assert library.shelves.doom(ONE, "expired", BEGAN)
    assert library.shelves.doom(ONE, "erased", BEGAN)
    library.shelves.enter(stored(1))  # a pipeline that comes back to it brings nothing back
    assert library.shelves.find(ONE) is None
    assert library.shelves.search(Search(), 10) == Page((), 0)
    assert list(library.shelves.of_customer(WHO)) == []
    assert list(library.shelves.began_before(BEGAN * 2, None, 10)) == []
    assert list(library.shelves.doomed()) == [(stored(1, peaks=b""), "expired")]
    with pytest.raises(Doomed):
        library.custody.hold(hold(), noted())
    with pytest.raises(Doomed):
        library.custody.make_link(link(), noted("link_made"))


def test_burying_leaves_nothing_but_one_entry(library: Library) -> None:
    library.shelves.enter(stored(1))
    library.shelves.enter(stored(2))
    library.custody.make_link(link(), noted("link_made"))
    library.custody.mark(mark(), noted("mark_made"))
    library.shelves.bury(ONE, noted("expired"))  # not doomed: stays
    assert library.shelves.find(ONE) is not None
    library.shelves.doom(ONE, "expired", BEGAN)
    library.shelves.bury(ONE, noted("expired"))
    library.shelves.bury(ONE, noted("expired"))
    assert list(library.shelves.ids()) == [TWO]
    assert library.custody.find_link("l1") is None
    assert library.custody.find_mark("m1") is None
    assert [entry.act for entry in library.entries()] == ["expired", "mark_made", "link_made"]


def test_a_link_is_good_until_it_expires_is_used_up_or_revoked(library: Library) -> None:
    library.shelves.enter(stored(1))
    for one in (link("l1", plays_max=1), link("l2"), link("l3")):
        library.custody.make_link(one, noted("link_made"))
    played = noted("link_played")
    assert [library.custody.use_link("l1", BEGAN, played) for _ in range(2)] == [True, False]
    assert [library.custody.use_link("l2", at, played) for at in (BEGAN + 599, BEGAN + 600)] == [True, False]
    assert [library.custody.revoke_link("l3", noted("link_revoked")) for _ in range(2)] == [True, False]
    assert not library.custody.use_link("l3", BEGAN, played)
    assert not library.custody.use_link("nothing", BEGAN, played)
    assert [(one.id, one.plays) for one in library.custody.links_of(ONE)] == [("l1", 1), ("l2", 1), ("l3", 0)]


def test_all_of_one_customer_is_found_by_the_hash_or_by_the_call(library: Library) -> None:
    library.shelves.enter(stored(1))
    library.shelves.enter(stored(2, caller_who=None))
    library.shelves.enter(stored(3, caller_who="somebody else"))
    mine = library.shelves.of_customer(WHO, [TWO, ONE])
    assert sorted(one.id for one in mine) == [ONE, TWO]


def test_notes_and_outcomes_are_forgotten_only_where_no_recording_is_left(library: Library) -> None:
    library.shelves.enter(stored(1))
    for number, call in enumerate((ONE, TWO)):
        library.custody.mark(mark(f"m{number}", call=call), noted())
        library.shelves.note_outcome(call, "sold", "1005", BEGAN)
    assert library.custody.forget_calls([ONE, TWO]) == 2
    assert [library.custody.find_mark(id_) is not None for id_ in ("m0", "m1")] == [True, False]


CALLS = st.integers(1, 12).map(call_id)
RECORDINGS = st.builds(
    stored,
    st.integers(1, 12),
    started_at=st.integers(0, 5).map(lambda at: BEGAN + at * 0.1),
    length_s=st.sampled_from([0.5, 30.0, 600.0]),
    number=st.sampled_from(["900100201", "900100202"]),
    caller_who=st.sampled_from([WHO, "somebody else", None]),
    mode=st.sampled_from(["all", "forced", "on_demand"]),
    queues=st.lists(st.sampled_from(["soporte", "ventas", "quejas"]), max_size=2, unique=True).map(tuple),
    operators=st.lists(st.sampled_from(["1005", "1006"]), max_size=2, unique=True).map(tuple),
    facts=st.sampled_from(
        [None, stored(1).facts, replace(stored(1).facts, silence=0.9, over_talk=0.0)]  # type: ignore[type-var]
    ),
)
SHARES = st.none() | st.sampled_from([0.0, 0.05, 0.25, 0.5])
SEARCHES = st.builds(
    Search,
    since=st.none() | st.integers(0, 5).map(lambda at: BEGAN + at * 0.1),
    until=st.none() | st.integers(0, 5).map(lambda at: BEGAN + at * 0.1),
    queue=st.none() | st.sampled_from(["soporte", "quejas", "nowhere"]),
    operator=st.none() | st.sampled_from(["1005", "1007"]),
    number=st.none() | st.just("900100201"),
    caller_who=st.none() | st.just(WHO),
    disposition=st.none() | st.sampled_from(["sold", "lost"]),
    min_length_s=st.none() | st.just(30.0),
    max_length_s=st.none() | st.just(30.0),
    kind=st.none() | st.sampled_from(["call", "voicemail"]),
    mode=st.none() | st.sampled_from(["all", "forced"]),
    min_silence=SHARES,
    max_silence=SHARES,
    min_over_talk=SHARES,
    max_over_talk=SHARES,
    text=st.none() | st.sampled_from(["gestión", "100%", "_"]),
    call=st.none() | CALLS,
    held=st.none() | st.booleans(),
    sight=st.sampled_from(
        [
            Sight(),
            Sight(frozenset({"ventas"})),
            Sight(frozenset()),
            Sight(operators=frozenset({"1005"})),
            Sight(operators=frozenset({"1005", "1006"})),
            Sight(operators=frozenset()),
        ]
    ),
)


def fill(library: Library, entered: list[StoredRecording], outcomes: list[str], marked: list[tuple[str, str]]) -> None:
    for recording in entered:
        library.shelves.enter(recording)
    for at, call in enumerate(outcomes):
        library.shelves.note_outcome(call, ("sold", "lost")[at % 2], "1005", BEGAN + at)
    for at, (call, text) in enumerate(marked):
        library.custody.mark(mark(f"m{at}", call=call, text=text), noted())
    for at, recording in enumerate(entered[::3]):
        library.custody.hold(hold(f"h{at}", recording.id, BEGAN + at), noted())


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=200 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 15,
)
@given(
    st.lists(RECORDINGS, max_size=12),
    st.lists(CALLS, max_size=6),
    st.lists(st.tuples(CALLS, st.sampled_from(["Gestión", "al 100%", "x_y"])), max_size=6),
    st.lists(SEARCHES, min_size=1, max_size=8),
)
def test_any_search_finds_the_same_in_both(
    database: Database,
    entered: list[StoredRecording],
    outcomes: list[str],
    marked: list[tuple[str, str]],
    searches: list[Search],
) -> None:
    database.migrate("base")
    database.migrate()
    real, fake = in_database(database), in_memory()
    for library in (real, fake):
        fill(library, entered, outcomes, marked)
    for search in searches:
        assert real.shelves.search(search, 5) == fake.shelves.search(search, 5)
        assert real.shelves.extent(search) == pytest.approx(fake.shelves.extent(search))
