"""Behind a web server that ends TLS: is each person known by the own address, and can nobody pretend to be another's?"""

from __future__ import annotations

import pytest

from tests.adapters.conftest import SECRET
from tests.console.people_served import Console, Controller, console_before

PROXY = ("127.0.0.0/8",)
BURGLAR, OPERATOR = "192.0.2.66", "192.0.2.7"
GUESSES = 25
"""More than an address may fail with."""


async def logged_in(console: Console, said: str, secret: str, code: str = "2001") -> int:
    """The answer's status to somebody of whom the connection's other end says ``said``."""
    headers = {"X-Forwarded-For": said}
    answer = await console.http.post("/api/v1/login", json={"code": code, "secret": secret}, headers=headers)
    return answer.status_code


async def test_who_guesses_locks_out_the_own_address_alone() -> None:
    async with console_before(Controller(), proxies=PROXY) as console:
        for guess in range(GUESSES):
            await logged_in(console, BURGLAR, "guessed", str(3000 + guess))
        assert await logged_in(console, BURGLAR, SECRET) == 429
        assert await logged_in(console, OPERATOR, SECRET) == 200


async def test_what_a_browser_says_of_itself_before_the_proxy_does_not_count() -> None:
    async with console_before(Controller(), proxies=PROXY) as console:
        for guess in range(GUESSES):
            await logged_in(console, f"198.51.100.{guess}, {BURGLAR}", "guessed", str(3000 + guess))
        assert await logged_in(console, f"{OPERATOR}, {BURGLAR}", SECRET) == 429
        assert await logged_in(console, OPERATOR, SECRET) == 200


@pytest.mark.parametrize("proxies", [(), ("192.0.2.0/24",)], ids=["none", "another"])
async def test_of_whom_is_no_proxy_of_ours_nothing_is_believed(proxies: tuple[str, ...]) -> None:
    async with console_before(Controller(), proxies=proxies) as console:
        for guess in range(GUESSES):
            await logged_in(console, f"198.51.100.{guess}", "guessed", str(3000 + guess))
        assert await logged_in(console, OPERATOR, SECRET) == 429
