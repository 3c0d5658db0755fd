"""The acceptance window: which working days count, and when silence does, held to a slow and obvious walk."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.projects import calendars
from uatapp.projects.calendars import OFFICE_HOURS, WorkingCalendar
from uatapp.signoffs import windows
from uatapp.signoffs.windows import Pause

pytestmark = pytest.mark.pure
BERLIN = WorkingCalendar("Europe/Berlin")
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant in November 2026, in winter time; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def test_a_request_before_the_opening_counts_the_day_and_one_after_it_does_not() -> None:
    early = windows.read(BERLIN, berlin(2, 8, 59), 5, [], NOW)
    assert (early.starts, early.last_day, early.silence_on) == (berlin(2, 9), date(2026, 11, 6), date(2026, 11, 9))
    late = windows.read(BERLIN, berlin(2, 9, 1), 5, [], NOW)
    assert (late.starts, late.last_day, late.silence_on) == (berlin(2, 9, 1), date(2026, 11, 9), date(2026, 11, 10))


def test_a_request_on_friday_evening_starts_on_monday() -> None:
    found = windows.read(BERLIN, berlin(6, 18), 1, [], NOW)
    assert (found.starts, found.last_day, found.silence_on) == (berlin(9, 9), date(2026, 11, 9), date(2026, 11, 10))


def test_people_are_told_working_days_before() -> None:
    found = windows.read(BERLIN, berlin(2, 8), 5, [], NOW, notice_days=2)
    assert (found.notice_on, found.silence_on) == (date(2026, 11, 5), date(2026, 11, 9))


def test_days_are_used_when_they_are_over() -> None:
    assert windows.read(BERLIN, berlin(2, 8), 5, [], berlin(3, 16, 59)).used == 1
    found = windows.read(BERLIN, berlin(2, 8), 5, [], berlin(3, 17))
    assert (found.used, found.left) == (2, 3)


def test_a_day_touched_by_a_pause_is_not_counted() -> None:
    pauses = [Pause(berlin(3, 16, 59), berlin(4, 8), "PAY-D7")]
    assert windows.read(BERLIN, berlin(2, 8), 5, pauses, NOW).last_day == date(2026, 11, 9)
    by_night = [Pause(berlin(3, 17), berlin(4, 9), "PAY-D7")]
    assert windows.read(BERLIN, berlin(2, 8), 5, by_night, NOW).last_day == date(2026, 11, 6)


def test_while_it_is_paused_nobody_knows_the_date() -> None:
    pauses = [Pause(berlin(3, 10), None, "PAY-D7")]
    found = windows.read(BERLIN, berlin(2, 8), 5, pauses, berlin(30, 10))
    assert (found.used, found.left, found.last_day, found.silence_on) == (1, 4, None, None)
    assert found.paused == pauses[0]
    settled = windows.read(BERLIN, berlin(2, 8), 5, windows.resumed_at(pauses, berlin(4, 10)), NOW)
    assert settled.last_day == date(2026, 11, 10)


def test_a_pause_after_the_end_takes_nothing_back() -> None:
    pauses = [Pause(berlin(9, 10), None, "PAY-D7")]
    found = windows.read(BERLIN, berlin(2, 8), 5, pauses, berlin(10, 10))
    assert (found.last_day, found.paused) == (date(2026, 11, 6), pauses[0])


@given(st.data())
def test_the_window_is_what_a_slow_walk_finds(data: st.DataObject) -> None:
    """Hour by hour, over the change of the clocks in Berlin and half an hour on Lord Howe, with days off."""
    zone = data.draw(st.sampled_from(("Europe/Berlin", "Australia/Lord_Howe")))
    off = data.draw(st.dictionaries(st.integers(0, 15), st.sampled_from((0, 720)), max_size=3))
    first = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=data.draw(st.integers(0, 20)))
    holidays = {first.date() + timedelta(days=n): closed for n, closed in off.items()}
    calendar = WorkingCalendar(zone, OFFICE_HOURS, holidays)
    asked = first + timedelta(hours=data.draw(st.integers(0, 80)))
    edges = sorted(data.draw(st.lists(st.integers(0, 300), max_size=4, unique=True)))
    stood = [
        Pause(asked + timedelta(hours=edges[n]), asked + timedelta(hours=edges[n + 1]), "PAY-D1")
        for n in range(0, len(edges) - 1, 2)
    ]
    days = data.draw(st.integers(1, 8))
    counted: list[date] = []
    day = calendar.date_of(asked)
    while len(counted) < days:
        ticks = [asked.replace(minute=0) + timedelta(minutes=30 * n) for n in range(-96, 2400)]
        works = [at for at in ticks if calendar.date_of(at) == day and calendars.is_open(calendar, at)]
        ran = all(
            at >= asked and not any(p.began < at + timedelta(minutes=30) and p.ended and p.ended > at for p in stood)
            for at in works
        )
        if works and ran:
            counted.append(day)
        day += timedelta(days=1)
    found = windows.read(calendar, asked, days, stood, asked)
    assert found.last_day == counted[-1]
    assert found.silence_on == calendars.add_working_days(calendar, counted[-1], 1)
