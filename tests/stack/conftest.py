"""What the tests of set-up share: the checkout, settings with free ports, and the real installs (made once)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.settings import Settings, load_settings
from ari_app.stack.asterisk_root import AsteriskInstall, provide_asterisk
from ari_app.stack.ports import settings_with_free_ports
from ari_app.stack.redis_install import RedisInstall, provide_redis

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Free ports, a state folder of the test's own, made-up secrets, and a Redis of its own."""
    plain = load_settings(PROJECT, {})
    own = settings_with_free_ports(plain, tmp_path / "state")
    return replace(
        own,
        redis_url="",
        ari_secret="ari-secret-of-a-test",
        ami_secret="ami-secret-of-a-test",
        token_key="token-key-of-a-test-of-enough-length",
        console_key="console-key-of-a-test",
        demo_sip_secret="sip-secret-of-a-test",
        demo_web_secret="web-secret-of-a-test",
    )


@pytest.fixture(scope="session")
def asterisk_install() -> AsteriskInstall:
    """The Asterisk that `make run` would use; downloaded into the usual cache if it is not there yet."""
    return provide_asterisk(load_settings(PROJECT, os.environ).cache, print)


@pytest.fixture(scope="session")
def redis_install() -> RedisInstall:
    """The redis-server that `make run` would use without REDIS_URL."""
    return provide_redis(load_settings(PROJECT, os.environ).cache, print)
