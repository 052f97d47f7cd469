"""Is a Range header read as RFC 9110 says?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.adapters.http_ranges import OutOfRange, Stretch, is_current, is_known, wanted

SIZES = st.integers(0, 2000)
PLACES = st.integers(0, 3000)


@given(PLACES, st.none() | PLACES, SIZES)
def test_a_range_is_what_exists_of_it(first: int, last: int | None, size: int) -> None:
    header = f"bytes={first}-{'' if last is None else last}"
    asked = [at for at in range(first, (size if last is None else last + 1)) if at < size]
    if last is not None and last < first:
        assert wanted(header, size) is None
    elif asked:
        assert wanted(header, size) == Stretch(asked[0], asked[-1])
    else:
        with pytest.raises(OutOfRange):
            wanted(header, size)


@given(PLACES, SIZES)
def test_a_suffix_is_the_last_bytes(suffix: int, size: int) -> None:
    last = list(range(size))[-suffix:] if suffix else []
    if last:
        assert wanted(f"bytes=-{suffix}", size) == Stretch(last[0], last[-1])
    else:
        with pytest.raises(OutOfRange):
            wanted(f"bytes=-{suffix}", size)


@given(st.text(max_size=30))
def test_whatever_else_is_sent_is_no_range(header: str) -> None:
    try:
        found = wanted(header, 100)
    except OutOfRange:
        return
    assert found is None or header.strip().lower().startswith("bytes=")


def test_only_the_very_version_is_current_and_any_of_a_list_is_known() -> None:
    assert [is_current(header, '"a"') for header in ("", '"a"', 'W/"a"', '"b"')] == [True, True, False, False]
    assert [is_known(header, '"a"') for header in ("", '"a"', 'W/"a"', '"b", "a"', "*", '"b"')] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]
