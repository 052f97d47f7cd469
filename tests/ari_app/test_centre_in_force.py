"""With which files does a controller go on that stood by while others were put in force?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ari_app.centre import Centre, load_centre
from ari_app.centre_in_force import note_in_force, put_in_force_meanwhile
from ivr_flows.problems import BadFile, Problem
from tests.e2e.stack import PROJECT
from tests.fakes.notebook import FakeNotebook

BEFORE = load_centre(PROJECT / "centres" / "valdeluna")
IN_FORCE, EDITED = replace(BEFORE, version="in force"), replace(BEFORE, version="edited")


def broken() -> Centre:
    raise BadFile([Problem("queues.yaml", 3, "nueva", "is no queue", "remove it")])


@pytest.mark.parametrize(
    ("noted", "known", "there", "wanted"),
    [
        (IN_FORCE, BEFORE, lambda: IN_FORCE, IN_FORCE),
        (IN_FORCE, IN_FORCE, broken, None),
        (IN_FORCE, BEFORE, lambda: EDITED, None),
        (IN_FORCE, BEFORE, broken, None),
        (IN_FORCE, EDITED, lambda: EDITED, None),
        (None, BEFORE, broken, None),
    ],
    ids=["reloaded", "the_same", "edited_since", "broken_since", "begun_anew_after_an_edit", "nobody_led"],
)
async def test_it_goes_on_with_what_was_in_force_if_just_that_is_there(
    noted: Centre | None, known: Centre, there: Callable[[], Centre], wanted: Centre | None
) -> None:
    notebook = FakeNotebook()
    if noted is not None:
        note_in_force(notebook, noted)
    assert await put_in_force_meanwhile(notebook, known, there) is wanted
