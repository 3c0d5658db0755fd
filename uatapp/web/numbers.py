"""Numbers of rows in addresses and forms: what no database holds is no number at all."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


def row_number(raw: str) -> int:
    """Read a number as a form or query sends it; ValueError where no row can have it."""
    found = int(raw)
    if not 0 <= found <= LARGEST:
        raise ValueError(raw)
    return found


class NumberConverter(IntegerConverter):
    """`<int:…>` in an address: larger ones lead nowhere."""

    def __init__(self, map: Map, **given: Any) -> None:
        super().__init__(map, **{"max": LARGEST, **given})
