"""One running centre for all tests of security that need one: with a certificate, and an engine that logs all it can."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from tests.e2e.stack import Stack, quick_centre, running_stack
from tests.e2e.waiting_centre import insert
from tests.security.tls import make_certificate

ENCRYPTED: Final = "1201"
"""An operator whose phone must be encrypted."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/security/test_live_" in item.nodeid:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def secure_centre(folder: Path) -> Path:
    """The centre of the tests with real calls, and somebody whose phone must be encrypted."""
    centre = quick_centre(folder)
    insert(
        centre / "operators.yaml",
        "operators:\n",
        f"{ENCRYPTED}: {{name: Operador {ENCRYPTED}, queues: [soporte], encrypted: true}}",
    )
    return centre


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def secure_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    cert, key = make_certificate(tmp_path_factory.mktemp("certificate"))
    folder = tmp_path_factory.mktemp("secure")
    async with running_stack(
        folder, centre=secure_centre, sip_tls_cert=cert, sip_tls_key=key, log_level="DEBUG"
    ) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def stack(secure_stack: Stack) -> AsyncIterator[Stack]:
    yield secure_stack
    await secure_stack.nothing_is_left()


@pytest.fixture(scope="session")
def certificate(secure_stack: Stack) -> Path:
    assert secure_stack.settings.sip_tls_cert is not None
    return secure_stack.settings.sip_tls_cert
