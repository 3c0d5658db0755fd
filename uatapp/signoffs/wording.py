"""How things are written on a certificate: dates, names, fingerprints, and text that must not pose as another."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from markupsafe import Markup

LONG_WORD, WORD_PIECE = 100, 8
_WORD = re.compile(rf"\S{{{LONG_WORD},}}")
# characters that turn the reading direction of what follows: shown by name, so that no text can pose as another
TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def shown(value: Any) -> Any:
    """Return a value with every text printable: characters without a shape, or that turn the text, become visible."""
    if isinstance(value, str):
        return "".join(map(_shown_character, value))
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value


def _shown_character(character: str) -> str:
    if ord(character) in TURNING:
        return f"[U+{ord(character):04X}]"
    kind = unicodedata.category(character)
    return "\N{REPLACEMENT CHARACTER}" if kind in ("Cc", "Cs") and character not in "\n\t" else character


def clipped(text: str, length: int) -> str:
    """Shorten a text for page 1; the ellipsis says that there is more."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def joined(names: Iterable[str]) -> str:
    """Write a list as people do: a, b and c."""
    *most, last = [*names] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def day(value: str) -> str:
    """Write an ISO date, or the UTC date of an instant."""
    at = date.fromisoformat(value) if len(value) == len("2026-01-01") else _utc(value).date()
    return f"{at.day} {at:%b %Y}"


def days(starts: str, ends: str) -> str:
    """Write a span of dates without repeating what both share."""
    first, last = date.fromisoformat(starts), date.fromisoformat(ends)
    if first == last:
        return day(ends)
    start = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        start += f" {first:%b}" if first.year == last.year else f" {first:%b %Y}"
    return f"{start} – {day(ends)}"


def second(value: str) -> str:
    """Write an instant in UTC to the second."""
    return f"{day(value)}, {_utc(value):%H:%M:%S}"


def minute(value: str) -> str:
    """Write an instant in UTC to the minute."""
    return f"{day(value)}, {_utc(value):%H:%M}"


def groups(text: str, size: int) -> list[str]:
    """Cut a hash or a code into groups that people can compare."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def word(number: int) -> str:
    """Write a small number as a word, a larger one in figures."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[number] if 0 <= number < len(words) else str(number)


def lines(text: str) -> Markup:
    """Keep the line breaks that a person typed."""
    return Markup("<br>").join(breakable(line) for line in text.strip().splitlines())


def breakable(value: Any) -> Any:
    """Let very long words break anywhere cheaply: laying out one of 10,000 characters would take seconds a time."""
    if not isinstance(value, str) or isinstance(value, Markup) or len(value) <= LONG_WORD:
        return value
    return _WORD.sub(lambda found: "\u200b".join(groups(found[0], WORD_PIECE)), value)


def _utc(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def unlike(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
