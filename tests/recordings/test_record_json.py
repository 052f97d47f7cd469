from __future__ import annotations

import pytest

from recordings.record import StoredRecording
from recordings.record_json import BadRecord, record_from_json, record_to_json
from tests.keeping.catalogue_contract import MESSAGE, RECORDING


@pytest.mark.parametrize("recording", [RECORDING, MESSAGE])
def test_what_was_written_is_read_as_it_was(recording: StoredRecording) -> None:
    assert record_from_json(record_to_json(recording)) == recording


@pytest.mark.parametrize("text", ["", "{}", "[]", "7", record_to_json(RECORDING)[:-30], '{"facts":null}'])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadRecord):
        record_from_json(text)
