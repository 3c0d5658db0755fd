"""Which function does which kind of job. Functions take their arguments by name and may run again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

Work = TypeVar("Work", bound=Callable[..., None])
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: what runs, how often it is tried before a person must look, its title if it is done daily."""

    name: str
    run: Callable[..., None]
    attempts: int
    daily: Any = ""


_KINDS: dict[str, Kind] = {}


def job(name: str, *, attempts: int = ATTEMPTS, daily: Any = "") -> Callable[[Work], Work]:
    """Declare a function as the work of a kind of job. It must be idempotent: it may be run twice.

    With a (translatable) title in `daily`, it is queued once a day, without arguments.
    """

    def declare(run: Work) -> Work:
        present = _KINDS.get(name)
        if present is not None and present.run.__qualname__ != run.__qualname__:
            raise RuntimeError(f"Two functions do {name}")
        _KINDS[name] = Kind(name, run, attempts, daily)
        return run

    return declare


def find_kind(name: str) -> Kind | None:
    """Return a kind by name; None for one that this version of the program does not know."""
    return _KINDS.get(name)


def daily_kinds() -> Iterator[Kind]:
    """List the kinds that are done once a day."""
    return (kind for kind in _KINDS.values() if kind.daily)
