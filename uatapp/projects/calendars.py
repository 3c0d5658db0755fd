"""Working time: a calendar of hours and holidays in a zone, and the arithmetic on it. Pure; instants are UTC.

Open is what a clock on the wall shows: an hour that a change of daylight time leaves out is not worked, one that comes
twice is worked twice. Days are walked through one by one, never hours or minutes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_ENDS = 24 * 60
LONGEST_SEARCH = 3660  # days without any working time that are looked at before it is given up
ONE_DAY = timedelta(days=1)
Span = tuple[int, int]  # minutes since midnight, by the clock on the wall: from, until
Week = tuple[tuple[Span, ...], ...]  # from Monday on
Stretch = tuple[datetime, datetime]

OFFICE_HOURS: Week = (*(((9 * 60, 17 * 60),),) * 5, (), ())


class NoWorkingTimeError(ValueError):
    """The calendar has no working time where some is needed: none in its week, or none in ten years."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When somebody works: hours by weekday, and days off. `holidays` says from which minute on a day is closed.

    0 is the whole day, 720 a half day until noon. Refuses a week without working time, and hours out of order.
    """

    zone: str = "UTC"
    week: Week = OFFICE_HOURS
    holidays: Mapping[date, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise NoWorkingTimeError("A calendar needs working hours on at least one day of the week.")
        if not all(_in_order(spans) for spans in self.week):
            raise ValueError("Working hours begin before they end, and none begins before the one before has ended.")

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the hours of a calendar date by the clock on the wall, holidays taken off."""
        closed_from = self.holidays.get(day, DAY_ENDS)
        return tuple((first, min(last, closed_from)) for first, last in self.week[day.weekday()] if first < closed_from)

    def stretches(self, day: date) -> list[Stretch]:
        """Return the working time of a calendar date as stretches of real time, in order."""
        found = [_real(day, span, piece) for span in self.spans(day) for piece in _pieces(self.zone, day)]
        return sorted((first, last) for first, last in found if first < last)

    def is_working_day(self, day: date) -> bool:
        return bool(self.stretches(day))

    def date_of(self, at: datetime) -> date:
        """Return the calendar date of an instant in the calendar's zone."""
        return at.astimezone(ZoneInfo(self.zone)).date()


def _in_order(spans: tuple[Span, ...]) -> bool:
    edges = [edge for span in spans for edge in span]
    apart = all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))
    return apart and all(first < last for first, last in spans) and all(0 <= edge <= DAY_ENDS for edge in edges)


# ---- how clocks on the wall map to real time ----

Piece = tuple[datetime, datetime, timedelta]  # from, until, and how far ahead of UTC the clocks are in between


@lru_cache(maxsize=8192)
def _pieces(zone: str, day: date) -> tuple[Piece, ...]:
    """Return the time around a calendar date in pieces between which the clocks are not changed."""
    place, midnight = ZoneInfo(zone), datetime.combine(day, time(), UTC)
    first, last = midnight - timedelta(hours=15), midnight + timedelta(hours=39)
    if _ahead(place, first) == _ahead(place, last):
        return ((first, last, _ahead(place, first)),)
    change = _change(place, first, last)
    return ((first, change, _ahead(place, first)), (change, last, _ahead(place, last)))


def _ahead(place: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(place).utcoffset() or timedelta()


def _change(place: ZoneInfo, first: datetime, last: datetime) -> datetime:
    """Find the second at which the clocks are changed, by halving."""
    before, step = _ahead(place, first), int((last - first).total_seconds())
    while step > 1:
        step = (step + 1) // 2
        if first + timedelta(seconds=step) < last and _ahead(place, first + timedelta(seconds=step)) == before:
            first += timedelta(seconds=step)
    return first + timedelta(seconds=1)


def _real(day: date, span: Span, piece: Piece) -> Stretch:
    """Return the part of a span that falls into a piece, in real time; empty when its end is not after its start."""
    from_, until, ahead = piece
    midnight = datetime.combine(day, time(), UTC) - ahead
    return max(midnight + timedelta(minutes=span[0]), from_), min(midnight + timedelta(minutes=span[1]), until)


# ---- working time ----


def is_open(calendar: WorkingCalendar, at: datetime) -> bool:
    """Say whether an instant is in working time. An end is not: until 17:00 means that 17:00 is closed."""
    return any(first <= at < last for first, last in calendar.stretches(calendar.date_of(at)))


def next_opening(calendar: WorkingCalendar, at: datetime) -> datetime:
    """Return the instant itself in working time, else the next at which work begins."""
    return max(at, next(first for first, last in _from(calendar, at) if last > at))


def add_working_time(calendar: WorkingCalendar, at: datetime, amount: timedelta) -> datetime:
    """Return when so much working time has passed since an instant. None at all ends at the next opening.

    Refuses (ValueError) a negative amount.
    """
    if amount < timedelta():
        raise ValueError("Working time can only be added")
    for first, last in _from(calendar, at):
        first = max(first, at)
        if first < last and first + amount <= last:
            return first + amount
        amount -= max(last - first, timedelta())
    raise NoWorkingTimeError  # unreachable: _from never ends quietly


def working_time_between(calendar: WorkingCalendar, first: datetime, last: datetime) -> timedelta:
    """Return how much working time lies between two instants; negative when they are the other way round."""
    if last < first:
        return -working_time_between(calendar, last, first)
    found, day = timedelta(), calendar.date_of(first)
    while day <= calendar.date_of(last):
        for begins, ends in calendar.stretches(day):
            found += max(min(ends, last) - max(begins, first), timedelta())
        day += ONE_DAY
    return found


def _from(calendar: WorkingCalendar, at: datetime) -> Iterator[Stretch]:
    """Go through the working time from an instant's date on. Refuses (NoWorkingTimeError) to go on for ever."""
    day, idle = calendar.date_of(at), 0
    while idle < LONGEST_SEARCH:
        stretches = calendar.stretches(day)
        yield from stretches
        idle = 0 if stretches else idle + 1
        day += ONE_DAY
    raise NoWorkingTimeError("The calendar has no working time for ten years.")


# ---- working days ----


def add_working_days(calendar: WorkingCalendar, day: date, count: int) -> date:
    """Return the working day so many working days after a date, or before it for a negative count.

    0 is the date itself when it is a working day, else the next one.
    """
    if count == 0:
        return day if calendar.is_working_day(day) else add_working_days(calendar, day, 1)
    step, left, idle = (ONE_DAY if count > 0 else -ONE_DAY), abs(count), 0
    while left:
        day += step
        works = calendar.is_working_day(day)
        left, idle = left - works, 0 if works else idle + 1
        if idle >= LONGEST_SEARCH:
            raise NoWorkingTimeError("The calendar has no working day for ten years.")
    return day


def working_days_between(calendar: WorkingCalendar, first: date, last: date) -> int:
    """Count the working days after one date, up to and with another; negative the other way round."""
    if last < first:
        return -working_days_between(calendar, last, first)
    return sum(calendar.is_working_day(day) for day in days(first + ONE_DAY, last))


def days(first: date, last: date) -> Iterator[date]:
    """Go through calendar dates, both ends included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def opening(calendar: WorkingCalendar, day: date) -> datetime | None:
    """Return when work begins on a date, None on a day off."""
    stretches = calendar.stretches(day)
    return stretches[0][0] if stretches else None


def closing(calendar: WorkingCalendar, day: date) -> datetime | None:
    """Return when work ends on a date, None on a day off."""
    stretches = calendar.stretches(day)
    return stretches[-1][1] if stretches else None
