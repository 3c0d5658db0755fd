"""Holidays as people bring them: pasted lines, a day each, or a calendar file (.ics). Pure.

A file is read line by line: single events of whole days; repeated ones and those of some hours are named, not guessed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_NAME = 80
MOST = 500  # holidays in one go
LONGEST_EVENT = 60  # days
LARGEST_FILE = 1024 * 1024
YEARS = (1990, 2200)
LINE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+until\s+(\d{1,2}):(\d{2}))?(?:[\s,;:–-]+(.*))?")
HOURS = re.compile(r"(\d{1,2})[:.]?(\d{2})?\s*(?:-|–|to)\s*(\d{1,2})[:.]?(\d{2})?")


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off. `closed_from` is the minute of the day from which it is: 0 is the whole day."""

    day: date
    name: str = ""
    closed_from: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What could be read, and what not, in the words that were given."""

    holidays: tuple[Holiday, ...]
    unread: tuple[str, ...]


def from_lines(text: str) -> Read:
    """Read one day a line: “2026-12-25 Christmas Day”, or “2026-12-24 until 12:00 Christmas Eve” for a half day."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    found = [(line, _of_line(line)) for line in lines]
    return _read((line, [one] if one else []) for line, one in found)


def _of_line(line: str) -> Holiday | None:
    match = LINE.fullmatch(line)
    if match is None:
        return None
    day, hour, minute, name = match.groups()
    closed_from = int(hour) * 60 + int(minute) if hour else 0
    return _holiday(_date(day), name or "", closed_from) if closed_from < 24 * 60 else None


def _date(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _holiday(day: date | None, name: str, closed_from: int = 0) -> Holiday | None:
    if day is None or not YEARS[0] <= day.year <= YEARS[1]:
        return None
    return Holiday(day, " ".join(name.split())[:LONGEST_NAME], closed_from)


def _read(found: Iterable[tuple[str, list[Holiday]]]) -> Read:
    by_day: dict[date, Holiday] = {}
    unread: list[str] = []
    for words, holidays in found:
        by_day |= {holiday.day: holiday for holiday in holidays}
        if not holidays:
            unread.append(words[:200])
    return Read(tuple(by_day[day] for day in sorted(by_day)), tuple(unread))


def from_ics(data: bytes) -> Read:
    """Read the events of whole days from a calendar file (RFC 5545)."""
    text = data[:LARGEST_FILE].decode("utf-8-sig", "replace")
    return _read((event.get("SUMMARY", "") or "?", list(_of_event(event))) for event in _events(text))


def _events(text: str) -> Iterator[dict[str, str]]:
    """Yield the properties of each event, without their parameters, unfolded and unescaped."""
    event: dict[str, str] | None = None
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        head, _colon, value = line.partition(":")
        name = head.partition(";")[0].strip().upper()
        if name == "BEGIN" and value.strip().upper() == "VEVENT":
            event = {}
        elif name == "END" and value.strip().upper() == "VEVENT" and event is not None:
            yield event
            event = None
        elif event is not None:
            event.setdefault(name, _unescaped(value.strip()))


def _unescaped(value: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: " " if found[1] in "nN" else found[1], value)


def _of_event(event: dict[str, str]) -> Iterator[Holiday]:
    first = _compact(event.get("DTSTART", ""))
    after = _compact(event.get("DTEND", "")) or (first + timedelta(days=1) if first else None)
    if first is None or after is None or "RRULE" in event or event.get("STATUS", "").upper() == "CANCELLED":
        return
    for n in range(max(1, min((after - first).days, LONGEST_EVENT))):
        if holiday := _holiday(first + timedelta(days=n), event.get("SUMMARY", "")):
            yield holiday


def _compact(raw: str) -> date | None:
    """Return the date of a value like 20261225; None for an instant."""
    return _date(f"{raw[:4]}-{raw[4:6]}-{raw[6:]}") if re.fullmatch(r"\d{8}", raw) else None


# ---- hours of a day, as people write them ----


class UnclearHoursError(ValueError):
    """Hours that cannot be read, in the words that were typed."""


def hours_from(text: str) -> tuple[tuple[int, int], ...]:
    """Read the hours of a day: “9:00-12:00, 13-17”; nothing is a day off. Refuses (UnclearHoursError) what is no hours."""
    found = []
    for part in re.split(r"[,;]|\band\b", text):
        if not part.strip():
            continue
        match = HOURS.fullmatch(part.strip())
        if match is None:
            raise UnclearHoursError(part.strip()[:40])
        hour, minute, last_hour, last_minute = (int(number or 0) for number in match.groups())
        first, last = hour * 60 + minute, last_hour * 60 + last_minute
        if minute > 59 or last_minute > 59 or not first < last <= 24 * 60:
            raise UnclearHoursError(part.strip()[:40])
        found.append((first, last))
    found.sort()
    if any(before[1] > after[0] for before, after in zip(found, found[1:], strict=False)):
        raise UnclearHoursError(text.strip()[:40])
    return tuple(found)


def hours_as(spans: Iterable[tuple[int, int]]) -> str:
    """Write the hours of a day as they are typed."""
    return ", ".join(f"{clock_as(first)}-{clock_as(last)}" for first, last in spans)


def clock_as(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
