"""The one clock: instants are UTC; calendar dates belong to a zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """Return the present instant in UTC."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let the worked example tell of past days: inside, `now` is this instant. Nothing else uses it."""
    token = _told.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)


def today(zone: str) -> date:
    """Return the calendar date in a zone, as due dates need it."""
    return now().astimezone(ZoneInfo(zone)).date()


def iso(instant: datetime) -> str:
    """Write an instant as ISO 8601 in UTC with its offset, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
