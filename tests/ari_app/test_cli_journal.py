"""What is asked of a journal at the terminal is answered from its files alone."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ari_app.adapters.journal_files import JournalFiles
from ari_app.cli import PROJECT, cli
from queues import events as ev
from queues.acd import Acd
from queues.journal import Happened, Header
from queues.rules import OperatorProfile, QueueRules
from tests.queues.busy_centre import BusyCentre, header

NOON = 1_795_521_600.0
RULES = QueueRules("soporte")
OPERATORS = tuple(OperatorProfile(code, ("soporte",)) for code in ("1001", "1002", "1003"))


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def run(command: str, *arguments: object) -> Result:
    """Not through the whole ``cli``: that would change how the tests log."""
    return CliRunner().invoke(cli.commands[command], [str(argument) for argument in arguments])


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """1001 answers ana after 1002, who was ready for longer, has rejected; 1003 is paused; bea waits on."""
    acd = Acd([RULES], OPERATORS)
    files = JournalFiles(tmp_path, Header(NOON, "life", "abcd1234", 7, "Europe/Madrid", (RULES,), OPERATORS), day)
    now = NOON

    def tell(event: ev.AcdEvent, after_s: float = 0.0) -> None:
        nonlocal now
        now += after_s
        effects = acd.handle(event, now)
        files.write([Happened(now, event, tuple(effects), tuple(acd.facts()))])

    for code in ("1002", "1001", "1003"):
        tell(ev.PhoneBecameReachable(code))
        tell(ev.OperatorBecameReady(code), 1.0)
    tell(ev.OperatorPaused("1003", "comida"))
    tell(ev.CallerJoined("ana", "soporte"), 57.0)
    tell(ev.OfferRefused("ana", "1002", "rejected"), 4.0)
    tell(ev.OfferAnswered("ana", "1001"), 2.0)
    tell(ev.CallerJoined("bea", "soporte"), 1.0)
    tell(ev.ConversationEnded("ana"), 60.0)
    return tmp_path / "2026-11-24.jsonl"


def test_figures_of_a_days_file_as_tables_and_as_json(journal: Path) -> None:
    told = run("figures", journal)
    assert told.exit_code == 0
    rows = [line.split() for line in told.output.splitlines()]
    assert ["soporte", "2", "1", "0", "0", "1.0", "6.0", "0.00", "61.0"] in rows
    assert ["1002", "0", "0", "1", "0.00", "0.00", "0.00", "59.0", "0.00"] in rows
    shown = json.loads(run("figures", journal, "--json").output)
    assert shown["queues"][0]["asa_s"] == 6.0
    assert [operator["rejected"] for operator in shown["operators"]] == [0, 1, 0]


def test_figures_without_a_file_are_those_of_the_newest_day_or_of_the_day_named(
    journal: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CENTRALITA_STATE", str(tmp_path / "state"))
    assert "there is no journal in" in run("figures").output
    (tmp_path / "state").mkdir()
    journal.parent.joinpath("2026-11-24.jsonl").rename(tmp_path / "moved")
    (tmp_path / "state" / "journal").mkdir()
    (tmp_path / "moved").rename(tmp_path / "state" / "journal" / "2026-11-24.jsonl")
    assert "2026-11-24.jsonl" in run("figures").output
    assert run("figures", "--day", "2026-11-24").exit_code == 0
    refused = run("figures", "--day", "2026-11-23")
    assert (refused.exit_code, "there is no journal of 2026-11-23" in refused.output) == (1, True)


def test_why_tells_the_story_with_every_operator_at_each_decision_in_the_centres_time(journal: Path) -> None:
    told = run("why", "ana", "--journal", journal, "--lang", "en").output.splitlines()
    assert told[0].startswith("13:01:00.0  Enters the queue soporte, at position 1.")
    assert told[1].startswith("13:01:00.0  The phone of 1002 rings")
    assert [line.split() for line in told[2:5]] == [["1001", "fits"], ["1002", "fits"], ["1003", "paused", "(comida)"]]
    assert told[5].startswith("13:01:04.0  1002 rejects the call")
    assert [line.split() for line in told[7:10]] == [
        ["1001", "fits"],
        ["1002", "paused", "(rejected)"],
        ["1003", "paused", "(comida)"],
    ]
    assert told[-1].startswith("13:02:07.0  1001 hangs up.")


def test_why_of_a_call_that_still_waits_ends_with_how_everybody_stands_now(journal: Path) -> None:
    told = run("why", "bea", "--journal", journal).output.splitlines()
    assert told[-4:] == [
        "...",
        "            1002     paused (rejected)",
        "            1003     paused (comida)",
        "            1001     wrap_up",
    ]
    missing = run("why", "carla", "--journal", journal)
    assert (missing.exit_code, missing.output) == (1, f"Error: there is no call carla in {journal}\n")


def test_replay_of_a_journal_reproduces_it_and_stops_at_the_first_difference(tmp_path: Path) -> None:
    files = JournalFiles(tmp_path, header(5), day)
    left = list(BusyCentre(5).happened(300))
    while left:
        left = left[files.write(left) :]
    paths = sorted(tmp_path.iterdir())
    told = run("replay", *paths)
    assert (told.exit_code, "everything was decided as it was then" in told.output) == (0, True)
    text = paths[0].read_text(encoding="utf-8")
    paths[0].write_text(text.replace('"fact":"OfferMade"', '"fact":"OfferMade" ', 1), encoding="utf-8")
    assert run("replay", *paths).exit_code == 0
    paths[0].write_text(text.replace('"idle_s":', '"idle_s":9', 1), encoding="utf-8")
    told = run("replay", *paths)
    assert told.exit_code == 1
    assert "another decision: a fact" in told.output


def test_a_journal_that_cannot_be_read_is_a_plain_problem_with_its_line(journal: Path) -> None:
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"in":"Nonsense"}\n{"in":"Nonsense"}\n')
    told = run("replay", journal)
    assert told.exit_code == 1
    assert told.output.startswith("Error: 2026-11-24.jsonl:")


def test_replay_with_another_configuration_compares_the_figures_and_names_who_is_treated_differently(
    journal: Path, tmp_path: Path
) -> None:
    centre = tmp_path / "centre"
    shutil.copytree(PROJECT / "centres" / "valdeluna", centre)
    told = run("replay", journal, "--config", centre)
    assert told.exit_code == 0, told.output
    rows = [line.split() for line in told.output.splitlines()]
    assert ["SL2", "1.0", "1.0", "-"] in rows, "the demo's 1001 does not serve soporte, so nobody is answered"
    assert "2 of 2 callers are treated differently: 2 end otherwise, 0 speak to another operator, 0 wait" in told.output
    assert "ana  soporte:  answered by 1002 after 2.0 s  ->  waiting after 67.0 s" in told.output
    (centre / "queues.yaml").write_text("soporte: {strategy: nonsense}\n", encoding="utf-8")
    refused = run("replay", journal, "--config", centre)
    assert (refused.exit_code, "queues.yaml:1" in refused.output) == (1, True)
