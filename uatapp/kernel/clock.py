"""The one clock: instants are UTC; calendar dates belong to a zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Return the calendar date in a zone, as due dates need it."""
    return now().astimezone(ZoneInfo(zone)).date()


def iso(instant: datetime) -> str:
    """Write an instant as ISO 8601 in UTC with its offset, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
