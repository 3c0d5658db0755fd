"""Days off as people bring them: what is read, and what is named as unread; hours as they are typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uatapp.projects import holidays
from uatapp.projects.holidays import Holiday, UnclearHoursError

pytestmark = pytest.mark.pure
FILE = b"""BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261225\r
DTEND;VALUE=DATE:20261227\r
SUMMARY;LANGUAGE=en:Christmas\\, both\r
  days\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20270101\r
SUMMARY:New Year\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;TZID=Europe/Berlin:20260901T090000\r
DTEND;TZID=Europe/Berlin:20260901T100000\r
SUMMARY:A meeting\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260501\r
RRULE:FREQ=YEARLY\r
SUMMARY:Every year\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_line_is_a_day_and_its_name() -> None:
    read = holidays.from_lines("2026-12-25 Christmas Day\n\n 2026-12-24 until 12:00 Christmas  Eve\n2027-01-01")
    assert read.holidays == (
        Holiday(date(2026, 12, 24), "Christmas Eve", 720),
        Holiday(date(2026, 12, 25), "Christmas Day"),
        Holiday(date(2027, 1, 1)),
    )
    assert read.unread == ()


@pytest.mark.parametrize(
    "line", ["Christmas", "25.12.2026 Christmas", "2026-02-30 x", "0026-12-25 x", "2026-12-24 until 25:00 x"]
)
def test_a_line_that_is_no_day_is_named(line: str) -> None:
    assert holidays.from_lines(f"{line}\n2026-12-25") == holidays.Read((Holiday(date(2026, 12, 25)),), (line,))


def test_of_two_lines_for_a_day_the_later_counts() -> None:
    read = holidays.from_lines("2026-12-25 First\n2026-12-25 Second")
    assert read.holidays == (Holiday(date(2026, 12, 25), "Second"),)


def test_a_calendar_file_gives_its_whole_days_and_names_the_rest() -> None:
    read = holidays.from_ics(FILE)
    days = [(holiday.day, holiday.name) for holiday in read.holidays]
    assert days == [
        (date(2026, 12, 25), "Christmas, both days"),
        (date(2026, 12, 26), "Christmas, both days"),
        (date(2027, 1, 1), "New Year"),
    ]
    assert read.unread == ("A meeting", "Every year")


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reading(data: bytes) -> None:
    read = holidays.from_ics(b"BEGIN:VEVENT\nDTSTART:20260501\n" + data)
    assert all(len(holiday.name) <= holidays.LONGEST_NAME for holiday in read.holidays)


def test_an_event_of_years_is_cut_short() -> None:
    read = holidays.from_ics(b"BEGIN:VEVENT\nDTSTART:20260101\nDTEND:21990101\nEND:VEVENT")
    assert len(read.holidays) == holidays.LONGEST_EVENT


def test_hours_are_read_as_people_write_them() -> None:
    assert holidays.hours_from("9-17") == ((540, 1020),)
    assert holidays.hours_from("13:00–17:30, 8.00 - 12.00") == ((480, 720), (780, 1050))
    assert holidays.hours_from("0:00-24:00") == ((0, 1440),)
    assert holidays.hours_from("  ") == ()


@pytest.mark.parametrize("text", ["morning", "17-9", "9-9", "9:70-12", "9-25", "9-13, 12-17", "9"])
def test_unclear_hours_are_refused(text: str) -> None:
    with pytest.raises(UnclearHoursError):
        holidays.hours_from(text)


@given(st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted))
def test_hours_are_read_back_as_they_were_written(edges: list[int]) -> None:
    spans = tuple((edges[n], edges[n + 1]) for n in range(0, len(edges) - 1, 2))
    joined = all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))
    if joined:
        assert holidays.hours_from(holidays.hours_as(spans)) == spans
