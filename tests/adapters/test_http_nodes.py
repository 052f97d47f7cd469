"""Who sees and drains the nodes over HTTP, and what is told of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.conftest import COORDINATOR, OPERATOR, SUPERVISOR, Api, error_of
from tests.security.everything import Whole


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with Whole(None).api() as made:
        yield made


async def test_a_coordinator_sees_each_node_with_its_calls(api: Api) -> None:
    answer = await api.ask(COORDINATOR, "GET", "/nodes")
    assert answer.json()["items"] == [
        {"name": "a", "connected": True, "calls": 3, "draining": False},
        {"name": "b", "connected": False, "calls": 0, "draining": False},
    ]


async def test_a_node_is_drained_and_taken_back_into_service(api: Api) -> None:
    assert (await api.ask(COORDINATOR, "POST", "/nodes/a/drain")).json()["draining"] is True
    assert [one["draining"] for one in (await api.ask(COORDINATOR, "GET", "/nodes")).json()["items"]] == [True, False]
    assert (await api.ask(COORDINATOR, "POST", "/nodes/a/undrain")).json()["draining"] is False


async def test_an_unknown_node_is_404(api: Api) -> None:
    assert error_of(await api.ask(COORDINATOR, "POST", "/nodes/c/drain"))[:2] == (404, "not_found")


@pytest.mark.parametrize("who", [OPERATOR, SUPERVISOR])
async def test_only_a_coordinator_may(api: Api, who: str) -> None:
    for method, path in (("GET", "/nodes"), ("POST", "/nodes/a/drain"), ("POST", "/nodes/a/undrain")):
        assert (await api.ask(who, method, path)).status_code == 403
