"""Is nothing lost that was answered, is nothing done twice, and does a call finish on the version with which it began?"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from ari_app.adapters.catalogue_database import Database
from console.scripts.answers import Answers, Followed, Outcome, Saved, Stale, UnknownVersion
from console.scripts.export import header, line
from console.scripts.folder import ScriptFolder, script_of, version_of_text
from console.scripts.versions import ScriptVersions
from tests.console.scripts.desk import VENTAS, Clock, small_centre

CHANGED = VENTAS.replace("Adiós", "Hasta luego")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_centre(tmp_path / "centre", ventas=VENTAS)


@pytest.fixture
def answers(database: Database, folder: Path) -> Answers:
    files, clock = ScriptFolder(folder), Clock()
    return Answers(database, ScriptVersions(database, files, clock.now), files, clock.now)


def save(answers: Answers, revision: int, by: str = "1001", call: str = "c-1", **more: Any) -> Outcome:
    return answers.save(call, "ventas", "ventas", by, Saved(revision, "es", **more))


def kept(answers: Answers, call: str = "c-1") -> Followed:
    found = answers.one(call, "ventas")
    assert found is not None
    return found


def test_a_browser_that_is_opened_again_stands_where_it_was(answers: Answers) -> None:
    save(answers, 1)
    save(answers, 2, move="on")
    save(answers, 3, given={"que": "luz"})
    save(answers, 4, given={"potencia": "4,6"}, move="objection", objection="caro")
    again = kept(answers)
    assert (again.run.at, again.run.path, again.run.objection) == ("quiere", ("hola",), "caro")
    assert dict(again.run.answers) == {"que": "luz", "potencia": 4.6}
    assert again.types == {"que": "choice", "potencia": "number"}
    assert (again.revision, again.ended_at) == (4, None)


def test_the_same_again_changes_nothing_and_an_older_one_is_refused(answers: Answers) -> None:
    save(answers, 1, move="on")
    first = save(answers, 2, given={"que": "luz"}, move="on").followed
    assert first.run.at == "adios"
    assert save(answers, 2, given={"que": "luz"}, move="on").followed == first
    with pytest.raises(Stale) as stale:
        save(answers, 1, given={"que": "gas"})
    assert stale.value.now == first
    assert kept(answers) == first


def test_what_another_window_has_counted_to_the_same_number_is_not_taken_for_a_repetition(answers: Answers) -> None:
    save(answers, 1, move="on")
    first = save(answers, 2, given={"que": "luz"}).followed
    with pytest.raises(Stale) as stale:
        save(answers, 2, given={"nombre": "Ana"})
    assert stale.value.now == first == kept(answers)


def test_what_stays_saves_its_answers_all_the_same(answers: Answers) -> None:
    save(answers, 1, move="on")
    outcome = save(answers, 2, given={"potencia": 3, "que": "agua"}, move="on")
    assert outcome.stays is not None
    assert outcome.stays.missing == ("que",)
    assert outcome.wrong["que"].code == "not_a_choice"
    assert dict(kept(answers).run.answers) == {"potencia": 3}
    assert save(answers, 3, move="end").stays is not None
    assert kept(answers).ended_at is None


def test_the_outcome_that_fits_is_suggested_and_the_end_is_noted(answers: Answers) -> None:
    save(answers, 1, move="on")
    save(answers, 2, given={"que": "gas"}, move="on")
    done = save(answers, 3, move="end").followed
    assert (done.disposition, done.counted, done.ended_at is not None) == ("no_interesa", ("que",), True)
    back = save(answers, 4, move="back").followed
    assert (back.run.at, back.disposition, back.ended_at) == ("quiere", None, done.ended_at)


def test_a_call_finishes_on_the_version_with_which_it_began(answers: Answers, database: Database, folder: Path) -> None:
    begun = save(answers, 1).followed
    (folder / "scripts" / "ventas.yaml").write_text(CHANGED, "utf-8")
    assert answers.script(begun) == script_of(VENTAS)
    assert save(answers, 2, move="on").followed.version == version_of_text(VENTAS)
    assert save(answers, 1, call="c-2").followed.version == version_of_text(CHANGED)
    assert save(answers, 1, call="c-3", version=version_of_text(VENTAS)).followed.version == version_of_text(VENTAS)
    with pytest.raises(UnknownVersion):
        save(answers, 1, call="c-4", version="0" * 12)
    assert answers.of_call("c-4") == []


def test_whoever_takes_the_call_over_goes_on_and_both_are_known(answers: Answers) -> None:
    save(answers, 1, move="on")
    save(answers, 2, by="1002", given={"que": "luz"})
    now = kept(answers)
    assert (now.begun_by, now.operator, now.run.at) == ("1001", "1002", "quiere")


def test_of_two_that_save_at_once_one_is_told_and_nothing_is_mixed(answers: Answers) -> None:
    save(answers, 1, move="on")
    told: list[str] = []
    ready = threading.Barrier(2)

    def saves(name: str) -> None:
        ready.wait(30)
        try:
            save(answers, 2, by=name, given={"nombre": name})
        except Stale:
            told.append(name)

    both = [threading.Thread(target=saves, args=(name,)) for name in ("1001", "1002")]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    now = kept(answers)
    assert (now.revision, now.run.answers["nombre"]) == (2, now.operator)
    assert len(told) <= 1


def test_what_was_answered_in_some_calls_can_be_forgotten(answers: Answers, database: Database) -> None:
    for call in ("c-1", "c-2", "c-3"):
        save(answers, 1, call=call)
    with database.writing() as connection:
        assert answers.forgotten(connection, ["c-1", "c-3", "c-9"]) == 2
    assert [len(answers.of_call(call)) for call in ("c-1", "c-2", "c-3")] == [0, 1, 0]


def test_all_that_began_in_a_time_comes_once_and_in_order(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.scripts.answers.AT_ONCE", 2)
    for number in range(5):
        save(answers, 1, call=f"c-{number}")
    found = [one.call for page in answers.pages("ventas", 0.0, 1e11) for one in page]
    assert found == [f"c-{number}" for number in range(5)]
    second = kept(answers, "c-1").started_at
    assert [one.call for page in answers.pages("ventas", second, second + 0.5) for one in page] == ["c-1"]


def test_a_table_holds_no_formula_and_only_what_counts(answers: Answers) -> None:
    save(answers, 1, move="on")
    given = {"que": "gas", "nombre": '=HYPERLINK("http://evil")', "potencia": 4.6}
    now = save(answers, 2, given=given, move="on").followed
    scripts = {now.version: script_of(VENTAS)}
    assert header(["que"]).decode("utf-8-sig").strip().endswith("objections,answer.que")
    written = line(now, ["que", "potencia", "nombre", "otra"], scripts).decode()
    assert written.strip().endswith('hola > quiere > no,,Gas,4.6,"\'=HYPERLINK(""http://evil"")",')
    back = save(answers, 3, move="back").followed
    first = save(answers, 4, move="back").followed
    assert line(back, ["que"], scripts).decode().strip().endswith(",,Gas")
    assert line(first, ["que"], scripts).decode().strip().endswith(",hola,,")
