"""Which Redis do the contract tests read? One of their own with our writer, or a live one that you name."""

from __future__ import annotations

from tests.adapters.conftest import reader, redis_server

__all__ = ["reader", "redis_server"]
