"""Who may let the centre's files be read again over HTTP, and what do they hear?"""

from __future__ import annotations

from tests.adapters.conftest import COORDINATOR, OPERATOR, SUPERVISOR, Api, error_of


async def test_a_coordinator_hears_what_a_reload_changed(api: Api) -> None:
    answer = await api.ask(COORDINATOR, "POST", "/reload")
    assert (answer.status_code, answer.json()) == (
        200,
        {"changed": ["queue soporte: changed"], "needs_restart": [], "warnings": []},
    )


async def test_others_may_not_reload(api: Api) -> None:
    for code in (OPERATOR, SUPERVISOR):
        assert error_of(await api.ask(code, "POST", "/reload"))[:2] == (403, "forbidden")


async def test_every_problem_of_the_files_comes_back_at_once(api: Api) -> None:
    api.centre.problems = ("queues.yaml:3: a", "operators.yaml:7: b")
    answer = await api.ask(COORDINATOR, "POST", "/reload")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "bad_centre")
    assert error["problems"] == ["queues.yaml:3: a", "operators.yaml:7: b"]
    assert "2 problems" in error["message"]
