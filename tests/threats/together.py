"""Doing something several times at the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Found = TypeVar("Found")


def at_once(acts: Sequence[Callable[[], Found]]) -> list[Found]:
    """Run all acts together, each in a thread of its own; return what they return, in their order."""
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], Found]) -> Found:
        ready.wait(60)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
