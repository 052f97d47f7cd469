"""Is a message signed as the specification says, and when is it sent again?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from console.webhooks.retries import DELAYS_S, Schedule
from console.webhooks.signing import headers, secret_of, signature
from tests.console.webhooks.receiver import verified

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_that_of_the_specifications_example() -> None:
    body = b'{"test": 2432232314}'
    made = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(some.binary(min_size=32, max_size=32), some.binary(max_size=200), some.integers(0, 2**33))
def test_a_receiver_that_knows_only_the_specification_verifies_it(random: bytes, text: bytes, at: int) -> None:
    secret, body = secret_of(random), b'{"x":"' + text.hex().encode() + b'"}'
    sent = headers([secret_of(bytes(32)), secret], "msg_1", at, body)
    assert verified(secret, sent, body, at) == {"x": text.hex()}
    with pytest.raises(ValueError, match="not ours"):
        verified(secret, sent, body + b" ", at)
    with pytest.raises(ValueError, match="not ours"):
        verified(secret, sent | {"webhook-id": "msg_2"}, body, at)
    with pytest.raises(ValueError, match="too old"):
        verified(secret, sent, body, at + 301)


def test_it_is_tried_for_days_and_then_given_up() -> None:
    schedule, now, times = Schedule(), 0.0, []
    failures = 1
    while (again := schedule.again_at(failures, now, 0.5)) is not None:
        times.append(again - now)
        now, failures = again, failures + 1
    assert times == pytest.approx(DELAYS_S)
    assert 3 <= now / 86400 <= 4


@given(some.integers(1, len(DELAYS_S)), some.floats(0, 1), some.floats(0, 1e9))
def test_jitter_stays_within_its_share_and_the_receivers_wish_within_a_day(
    failures: int, chance: float, asked_s: float
) -> None:
    schedule = Schedule()
    plain = schedule.again_at(failures, 100.0, chance)
    wished = schedule.again_at(failures, 100.0, chance, asked_s)
    assert plain is not None
    assert wished is not None
    assert 0.8 * DELAYS_S[failures - 1] <= plain - 100.0 + 1e-6 <= 1.2 * DELAYS_S[failures - 1] + 1e-5
    assert plain <= wished <= max(plain, 100.0 + 86400)
