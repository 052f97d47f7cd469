"""How is the library asked from the event loop? In threads of its own, so that whoever waits for a database delays nobody else."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_THREADS: Final = ThreadPoolExecutor(8, "library")


async def beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As asyncio.to_thread, whose few threads the journal's writers need: a database that is locked must not hold them."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_THREADS, partial(context.run, work, *args, **kwargs))
