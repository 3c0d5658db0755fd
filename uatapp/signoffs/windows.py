"""The acceptance window: which working days of the customer count, and when silence counts as acceptance. Pure.

A working day counts when the clock ran through all of it, from the first opening to the last closing: a day on which
the request came during working hours, or on which the clock was paused, is not counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from uatapp.projects.calendars import (
    LONGEST_SEARCH,
    WorkingCalendar,
    add_working_days,
    closing,
    next_opening,
    opening,
)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the clock stood still; an open one has no end."""

    began: datetime
    ended: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock shows. While it is paused nobody can say when silence would count, so the dates are None."""

    starts: datetime
    used: int
    left: int
    last_day: date | None
    silence_on: date | None
    notice_on: date | None
    paused: Pause | None


def read(
    calendar: WorkingCalendar,
    requested_at: datetime,
    days: int,
    pauses: Sequence[Pause],
    now: datetime,
    *,
    notice_days: int = 0,
) -> Reading:
    """Read the clock of a request: `days` working days to decide in, notice so many working days before."""
    starts = next_opening(calendar, requested_at)
    counted = list(_counted(calendar, starts, days, pauses))
    used = sum(_end(calendar, day) <= now for day in counted)
    paused = next((pause for pause in pauses if pause.ended is None), None)
    if len(counted) < days:
        return Reading(starts, used, days - used, None, None, None, paused)
    last_day = counted[-1]
    silence_on = add_working_days(calendar, last_day, 1)
    notice_on = add_working_days(calendar, silence_on, -notice_days) if notice_days else silence_on
    return Reading(starts, used, days - used, last_day, silence_on, notice_on, paused)


def resumed_at(pauses: Sequence[Pause], at: datetime) -> list[Pause]:
    """Return the pauses as they would be if the open one ended at an instant."""
    return [pause if pause.ended else Pause(pause.began, max(at, pause.began), pause.because) for pause in pauses]


def _counted(calendar: WorkingCalendar, starts: datetime, days: int, pauses: Sequence[Pause]) -> Iterator[date]:
    """Go through the working days that count, as many as are agreed; fewer while the clock is paused."""
    stands = min((pause.began for pause in pauses if pause.ended is None), default=None)
    day, found = calendar.date_of(starts), 0
    for _n in range(LONGEST_SEARCH):
        opens, closes = opening(calendar, day), closing(calendar, day)
        if found == days or (stands and opens and opens >= stands):
            return
        if opens and closes and opens >= starts and not any(_touches(pause, opens, closes) for pause in pauses):
            found += 1
            yield day
        day += timedelta(days=1)


def _touches(pause: Pause, opens: datetime, closes: datetime) -> bool:
    return pause.began < closes and (pause.ended is None or pause.ended > opens)


def _end(calendar: WorkingCalendar, day: date) -> datetime:
    found = closing(calendar, day)
    assert found is not None  # noqa: S101 - only working days are counted
    return found
