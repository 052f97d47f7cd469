"""What are things of the library called that have no name yet?"""

from __future__ import annotations

import secrets


def new_id() -> str:
    """96 random bits: nobody guesses it, and nothing else has it."""
    return secrets.token_hex(12)
