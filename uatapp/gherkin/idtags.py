"""A project's own id tags, told by one example: `@S-103.1` means `@S-`, a number, a dot, a number."""

import re

_EXAMPLE = re.compile(r"@(?=[^\s@#]*[^\s@#\d])[^\s@#]*\d[^\s@#]*")
LONGEST = 60


def is_example(text: str) -> bool:
    """Say whether a text can be an example: one tag with a number in it, and something besides the number."""
    return len(text) <= LONGEST and _EXAMPLE.fullmatch(text) is not None


def pattern_like(example: str) -> str | None:
    """Return the expression for tags like an example: any numbers where it has numbers; None for no example."""
    return re.sub(r"\d+", r"[0-9]+", re.escape(example)) if example else None
