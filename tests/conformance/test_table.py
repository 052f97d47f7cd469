"""Is docs/conformance.md what the scenarios say? It is written from them: `make conformance-table`."""

from __future__ import annotations

from tests.conformance.table import DOCUMENT, document


def test_the_table_is_written_from_the_scenarios() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "docs/conformance.md is stale: make conformance-table"
