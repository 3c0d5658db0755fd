"""A project's own id tags, told by one example: `@S-103.1` means `@S-`, a number, a dot, a number."""

import re
from collections.abc import Mapping

_EXAMPLE = re.compile(r"@(?=[^\s@#]*[^\s@#\d])[^\s@#]*\d[^\s@#]*")
LONGEST = 60


def is_example(text: str) -> bool:
    """Say whether a text can be an example: one tag with a number in it, and something besides the number."""
    return len(text) <= LONGEST and _EXAMPLE.fullmatch(text) is not None


def pattern_like(example: str) -> str | None:
    """Return the expression for tags like an example: any numbers where it has numbers; None for no example."""
    return re.sub(r"\d+", r"[0-9]+", re.escape(example)) if example else None


def with_ids(text: str, ids: Mapping[int, str]) -> str:
    """Return a text with a tag on a line of its own above each scenario that stands on one of these lines, from 1."""
    lines = text.split("\n")
    for number in sorted(ids, reverse=True):
        said = lines[number - 1]
        lines.insert(number - 1, said[: len(said) - len(said.lstrip())] + ids[number])
    return "\n".join(lines)
