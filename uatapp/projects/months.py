"""A small picture of the next weeks: which days are worked, which half, which not, and why. Pure."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from uatapp.projects.calendars import WorkingCalendar

WORKS, HALF, OFF, HOLIDAY = "works", "half", "off", "holiday"
SHOWN = 3  # months


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the picture; `kind` says whether it is worked, `name` is the holiday's."""

    day: date
    kind: str
    name: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its weeks from Monday on; days of its neighbours are None."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    working_days: int


def months(calendar: WorkingCalendar, names: Mapping[date, str], today: date) -> list[Month]:
    """Return this month and the next ones."""
    first = today.replace(day=1)
    found = []
    for _n in range(SHOWN):
        found.append(_month(calendar, names, first, today))
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return found


def _month(calendar: WorkingCalendar, names: Mapping[date, str], first: date, today: date) -> Month:
    weeks = tuple(
        tuple(_day(calendar, names, day, today) if day.month == first.month else None for day in week)
        for week in Calendar().monthdatescalendar(first.year, first.month)
    )
    worked = sum(day is not None and day.kind in (WORKS, HALF) for week in weeks for day in week)
    return Month(first, weeks, worked)


def _day(calendar: WorkingCalendar, names: Mapping[date, str], day: date, today: date) -> Day:
    return Day(day, _kind(calendar, day), names.get(day, ""), day == today)


def _kind(calendar: WorkingCalendar, day: date) -> str:
    if not calendar.week[day.weekday()]:
        return OFF
    if day not in calendar.holidays:
        return WORKS
    return HALF if calendar.is_working_day(day) else HOLIDAY
