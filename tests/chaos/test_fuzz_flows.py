"""Some hundreds of spoilt files through the loader and the checks; 10,000: ``python -m tests.chaos.fuzz --only flows``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ari_app.centre import Centre
from tests.chaos import flow_walks, fuzz_flows
from tests.chaos.fuzz_flows import DEMO, TookTooLong, limited_time
from tests.chaos.fuzz_results import FuzzResult
from tests.chaos.yaml_mutations import spoilt_file

COUNT, SEED = 250, 20261127


@pytest.fixture(scope="module")
def result() -> FuzzResult:
    return fuzz_flows.run(COUNT, SEED, print)


def test_spoilt_files_are_accepted_or_refused_with_file_and_line_and_nothing_else(result: FuzzResult) -> None:
    assert result.sample == COUNT
    assert result.findings == [], result.in_words()
    assert set(result.answers) == {"refused", "accepted and walked through"}


def test_every_kind_of_mutation_is_tried_and_some_mutants_are_accepted(result: FuzzResult) -> None:
    assert {kind.partition(":")[0] for kind in result.sent} == {"structure", "bomb", "writing", "splice", "bytes"}
    assert result.answers["accepted and walked through"] >= COUNT // 50


def test_the_same_seed_spoils_in_the_same_way() -> None:
    text = (DEMO / "centre.yaml").read_text(encoding="utf-8")

    def made() -> list[tuple[str, bytes]]:
        return [spoilt_file(random.Random(f"{SEED} {number}"), text, (text,)) for number in range(50)]

    assert made() == made()


@pytest.mark.parametrize("fault", [KeyError("a field"), RecursionError(), MemoryError(), AssertionError()])
def test_any_other_exception_is_a_crash_with_the_file_kept(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fails(folder: Path, secrets: object) -> Centre:
        raise fault

    monkeypatch.setattr(fuzz_flows, "load_centre", fails)
    result = fuzz_flows.run(3, SEED, lambda line: None)
    assert (result.crashes, result.errors_500) == (3, 0)
    assert all(finding.sent and type(fault).__name__ in finding.told for finding in result.findings)


def test_a_loader_that_does_not_come_back_is_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(folder: Path, secrets: object) -> Centre:
        while True:
            pass

    monkeypatch.setattr(fuzz_flows, "load_centre", hangs)
    monkeypatch.setattr(fuzz_flows, "LONGEST_S", 0.05)
    assert fuzz_flows.run(1, SEED, lambda line: None).harms == {"hang": 1}


def test_a_caller_who_stays_for_ever_without_a_key_is_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    def stays(centre: Centre, chance: random.Random, walks: int) -> None:
        raise flow_walks.NeverEnds("flow at step")

    monkeypatch.setattr(fuzz_flows, "walk_through", stays)
    result = fuzz_flows.run(60, SEED, lambda line: None)
    assert result.answers["crash on a walk"] == result.crashes > 0


def test_processor_time_is_limited_only_within() -> None:
    def busy() -> Iterator[None]:
        while True:
            yield

    with pytest.raises(TookTooLong), limited_time(0.05):
        for _ in busy():
            pass
    with limited_time(30.0):
        pass


@pytest.mark.parametrize(
    "told",
    [
        "something is wrong",
        "{folder}/centre.yaml: no line; mend it",
        "{folder}/centre.yaml:0: no such line; mend it",
        "{folder}/centre.yaml:4: no such line; mend it",
        "/etc/other.yaml:1: another folder; mend it",
        "{folder}/centre.yaml:1: two\nlines; mend it",
    ],
)
def test_a_problem_without_a_line_of_the_centres_files_is_unclean(tmp_path: Path, told: str) -> None:
    (tmp_path / "centre.yaml").write_text("a: 1\nb: 2\n", encoding="utf-8")
    clean = f"{tmp_path}/centre.yaml:2: is wrong; mend it"
    told = told.format(folder=tmp_path)
    assert fuzz_flows._unclean([clean, told], tmp_path) == [told]
