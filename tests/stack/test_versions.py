from __future__ import annotations

import pytest

from ari_app.stack.versions import ASTERISK_FLOOR, Version, new_enough, parse_asterisk, parse_redis, shown


@pytest.mark.parametrize(
    ("banner", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1\n", (22, 10, 1)),
        ("Asterisk 22.10.1~dfsg+~cs6.16.60671435-1", (22, 10, 1)),
        ("Asterisk 23.0.0", (23, 0, 0)),
        ("Asterisk 22.11", (22, 11)),
        ("Asterisk certified/20.7-cert3", None),
        ("Asterisk GIT-master-1a2b3c", None),
        ("bash: asterisk: command not found", None),
        ("", None),
    ],
)
def test_asterisk_version_is_read_from_its_banner(banner: str, version: Version | None) -> None:
    assert parse_asterisk(banner) == version


def test_redis_version_is_read_from_its_banner() -> None:
    banner = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ce4a1b4d5b2b6d5c"
    assert parse_redis(banner) == (7, 0, 15)


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ((22, 10, 1), True),
        ((22, 10), False),
        ((22, 9, 9), False),
        ((22, 11), True),
        ((23,), True),
        ((9, 99, 99), False),
        (None, False),
    ],
)
def test_versions_are_compared_as_numbers_not_as_text(version: Version | None, enough: bool) -> None:
    assert new_enough(version, ASTERISK_FLOOR) is enough


def test_unknown_version_is_shown_as_such() -> None:
    assert (shown((22, 10, 1)), shown(None)) == ("22.10.1", "unknown")
