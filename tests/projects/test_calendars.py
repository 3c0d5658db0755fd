"""Working time is reckoned as a slow, obvious minute-by-minute walk finds it, over every change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.projects import calendars
from uatapp.projects.calendars import OFFICE_HOURS, NoWorkingTimeError, WorkingCalendar

pytestmark = pytest.mark.pure
MINUTE = timedelta(minutes=1)
# half an hour's change, a change at midnight, one with no changes, and an island that left out a day
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Asuncion", "UTC", "Pacific/Apia")
# days around which the clocks are changed in one of them, and an ordinary one
AROUND = (
    *(date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5), date(2026, 10, 4)),
    *(date(2024, 3, 24), date(2024, 10, 6), date(2011, 12, 30), date(2026, 6, 10)),
)
STEP = 15


def edges() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    """Make the hours of a day, in quarters of an hour."""
    chosen = st.lists(st.integers(0, 96), max_size=4, unique=True).map(sorted)
    return chosen.map(lambda found: tuple((found[n] * STEP, found[n + 1] * STEP) for n in range(0, len(found) - 1, 2)))


@st.composite
def some_calendars(draw: st.DrawFn) -> tuple[WorkingCalendar, date]:
    """Make a calendar, and a day around which something may happen to the clocks."""
    week = draw(st.lists(edges(), min_size=7, max_size=7).filter(any))
    around = draw(st.sampled_from(AROUND))
    off = draw(st.dictionaries(st.integers(-2, 2), st.sampled_from((0, 150, 720)), max_size=2))
    holidays = {around + timedelta(days=n): closed_from for n, closed_from in off.items()}
    return WorkingCalendar(draw(st.sampled_from(ZONES)), tuple(week), holidays), around


def instants(around: date) -> st.SearchStrategy[datetime]:
    noon = datetime.combine(around, time(12), UTC)
    return st.integers(-2000, 2000).map(lambda n: noon + n * MINUTE)


# ---- the slow, obvious way ----


def slow_is_open(calendar: WorkingCalendar, at: datetime) -> bool:
    """Look at the clock on the wall."""
    wall = at.astimezone(ZoneInfo(calendar.zone))
    minute = wall.hour * 60 + wall.minute
    if minute >= calendar.holidays.get(wall.date(), 24 * 60):
        return False
    return any(first <= minute < last for first, last in calendar.week[wall.weekday()])


def slow_between(calendar: WorkingCalendar, first: datetime, last: datetime) -> timedelta:
    found, at = timedelta(), first
    while at < last:
        found += MINUTE * slow_is_open(calendar, at)
        at += MINUTE
    return found


@given(st.data())
def test_open_is_what_the_clock_on_the_wall_says(data: st.DataObject) -> None:
    calendar, around = data.draw(some_calendars())
    at = data.draw(instants(around))
    for n in range(0, 24 * 60, 7):
        later = at + n * MINUTE
        assert calendars.is_open(calendar, later) == slow_is_open(calendar, later), later


@given(st.data())
def test_working_time_between_is_the_minutes_counted_one_by_one(data: st.DataObject) -> None:
    calendar, around = data.draw(some_calendars())
    first, last = data.draw(instants(around)), data.draw(instants(around))
    wanted = slow_between(calendar, first, last) if first <= last else -slow_between(calendar, last, first)
    assert calendars.working_time_between(calendar, first, last) == wanted


@given(st.data())
def test_a_clock_outside_working_time_starts_at_the_next_opening(data: st.DataObject) -> None:
    calendar, around = data.draw(some_calendars())
    at = data.draw(instants(around))
    found = calendars.next_opening(calendar, at)
    assert found >= at
    assert slow_is_open(calendar, found)
    assert slow_between(calendar, at, min(found, at + timedelta(days=3))) == timedelta()


@given(st.data())
def test_added_working_time_is_found_again_between(data: st.DataObject) -> None:
    calendar, around = data.draw(some_calendars())
    at, amount = data.draw(instants(around)), MINUTE * data.draw(st.integers(1, 1500))
    end = calendars.add_working_time(calendar, at, amount)
    assert calendars.working_time_between(calendar, at, end) == amount
    assert slow_is_open(calendar, end - MINUTE)  # the earliest such moment: the minute before was worked
    if end - at < timedelta(days=4):
        assert slow_between(calendar, at, end) == amount


@given(st.data())
def test_working_days_are_days_with_an_open_minute(data: st.DataObject) -> None:
    calendar, around = data.draw(some_calendars())
    count = data.draw(st.integers(1, 12))
    there = calendars.add_working_days(calendar, around, count)
    assert calendars.working_days_between(calendar, around, there) == count
    assert calendars.working_days_between(calendar, there, around) == -count
    worked = [day for day in calendars.days(around + timedelta(days=1), there) if slow_works(calendar, day)]
    assert (len(worked), worked[-1]) == (count, there)
    back = calendars.add_working_days(calendar, there, -count)
    assert back <= around
    assert calendars.working_days_between(calendar, back, there) == count


def slow_works(calendar: WorkingCalendar, day: date) -> bool:
    """Look at every quarter of an hour in which it could be this day, somewhere on earth."""
    place, first = ZoneInfo(calendar.zone), datetime.combine(day, time(), UTC) - timedelta(hours=15)
    ticks = (first + timedelta(minutes=STEP * n) for n in range(54 * 4))
    return any(at.astimezone(place).date() == day and slow_is_open(calendar, at) for at in ticks)


@given(st.data())
def test_no_working_days_is_this_day_or_the_next_working_one(data: st.DataObject) -> None:
    calendar, around = data.draw(some_calendars())
    found = calendars.add_working_days(calendar, around, 0)
    skipped = list(calendars.days(around, found))[:-1]
    assert slow_works(calendar, found)
    assert not any(slow_works(calendar, day) for day in skipped)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def test_an_hour_that_is_left_out_is_not_worked() -> None:
    night = WorkingCalendar("Europe/Berlin", (((60, 300),),) * 7)  # 1:00 to 5:00
    assert calendars.working_time_between(night, utc(2026, 3, 28, 12), utc(2026, 3, 29, 12)) == timedelta(hours=3)


def test_an_hour_that_comes_twice_is_worked_twice() -> None:
    night = WorkingCalendar("Europe/Berlin", (((60, 300),),) * 7)
    assert calendars.working_time_between(night, utc(2026, 10, 24, 12), utc(2026, 10, 25, 12)) == timedelta(hours=5)


def test_hours_that_begin_in_an_hour_that_does_not_exist_begin_after_it() -> None:
    night = WorkingCalendar("Europe/Berlin", (((150, 300),),) * 7)  # 2:30 to 5:00; 2:00 to 3:00 is left out
    assert calendars.next_opening(night, utc(2026, 3, 28, 23)) == utc(2026, 3, 29, 1)  # 3:00 by the new clocks


def test_half_an_hour_is_gained_on_lord_howe() -> None:
    night = WorkingCalendar("Australia/Lord_Howe", (((60, 180),),) * 7)  # 1:00 to 3:00; 1:30 to 2:00 comes twice
    assert calendars.working_time_between(night, utc(2026, 4, 4), utc(2026, 4, 5)) == timedelta(hours=2, minutes=30)


def test_a_year_ends_where_it_should_and_takes_no_time() -> None:
    office = WorkingCalendar("Europe/Berlin", OFFICE_HOURS, {date(2026, 12, 24): 720, date(2026, 12, 25): 0})
    begun = utc(2026, 1, 1, 0)
    assert calendars.working_time_between(office, begun, utc(2046, 1, 1)) > timedelta(hours=41_000)
    assert calendars.add_working_days(office, date(2026, 1, 1), 250) == date(2026, 12, 17)
    half = calendars.working_time_between(office, utc(2026, 12, 23, 23), utc(2026, 12, 25, 23))
    assert half == timedelta(hours=3)


@pytest.mark.parametrize("week", [((),) * 7, (((540, 1020),),) * 6])
def test_a_calendar_without_working_time_or_with_a_day_missing_is_refused(week: calendars.Week) -> None:
    with pytest.raises(NoWorkingTimeError):
        WorkingCalendar("UTC", week)


@pytest.mark.parametrize("day", [((1020, 540),), ((540, 540),), ((540, 720), (700, 1020)), ((0, 1441),)])
def test_hours_out_of_order_are_refused(day: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError):
        WorkingCalendar("UTC", (day, *((),) * 6))


def test_a_calendar_that_is_all_holidays_gives_up_instead_of_searching_for_ever() -> None:
    days = {date(2026, 1, 1) + timedelta(days=n): 0 for n in range(calendars.LONGEST_SEARCH + 40)}
    closed = WorkingCalendar("UTC", OFFICE_HOURS, days)
    with pytest.raises(NoWorkingTimeError):
        calendars.next_opening(closed, utc(2026, 1, 10))
    with pytest.raises(NoWorkingTimeError):
        calendars.add_working_days(closed, date(2026, 1, 10), 1)


def test_working_time_is_never_taken_away() -> None:
    with pytest.raises(ValueError):
        calendars.add_working_time(WorkingCalendar(), utc(2026, 1, 5, 10), -MINUTE)
