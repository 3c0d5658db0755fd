"""Pickles: the official compiler with placeholders filled in literally, and within bounds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import overload

from gherkin.parser_types import Cell
from gherkin.pickles.compiler import Compiler
from gherkin.stream.id_generator import IdGenerator

from uatapp.gherkin.caps import MAX_CHARACTERS, over

_LARGEST = 1_000_000


class LiteralCompiler(Compiler):
    """The official one takes Examples headers for patterns: `price (EUR)` fails, `(x+x+)+y` hangs.

    All placeholders are filled in at once, so that cells which hold placeholders cannot grow without end.
    """

    def __init__(self, id_generator: IdGenerator | None = None) -> None:
        super().__init__(id_generator)
        self._header: object = None
        self._pattern = re.compile("")
        self._row: object = None
        self._filled: Mapping[str, str] = {}
        self._written = 0

    @overload
    def _interpolate(self, name: str, variable_cells: Iterable[Cell], value_cells: Sequence[Cell]) -> str: ...

    @overload
    def _interpolate(self, name: None, variable_cells: Iterable[Cell], value_cells: Sequence[Cell]) -> None: ...

    def _interpolate(self, name: str | None, variable_cells: Iterable[Cell], value_cells: Sequence[Cell]) -> str | None:
        if not name or not value_cells or "<" not in name:
            return name
        self._use(variable_cells, value_cells)
        self._bound(name, value_cells)
        filled = self._pattern.sub(lambda found: self._filled[found[0]], name)
        self._written += len(filled)
        if self._written > MAX_CHARACTERS:
            raise over(MAX_CHARACTERS, "characters with all values filled in", value_cells[0]["location"])
        return filled

    def _use(self, header: Iterable[Cell], row: Sequence[Cell]) -> None:
        """Make the pattern once for a table and the values once for a row."""
        if header is not self._header:
            self._header = header
            names = sorted({cell["value"] for cell in header}, key=len, reverse=True)
            self._pattern = re.compile(f"<(?:{'|'.join(map(re.escape, names))})>")
        if row is not self._row:
            self._row = row
            pairs = [(f"<{cell['value']}>", row[n]["value"]) for n, cell in enumerate(header)]
            self._filled = dict(reversed(pairs))

    def _bound(self, name: str, row: Sequence[Cell]) -> None:
        """Refuse text that would grow beyond measure, before it does."""
        bound = len(name) + name.count("<") * max(len(cell["value"]) for cell in row)
        if bound > _LARGEST and self._grown(name) > _LARGEST:
            raise over(_LARGEST, "characters in a step with its values filled in", row[0]["location"])

    def _grown(self, name: str) -> int:
        return len(name) + sum(len(self._filled[found]) for found in self._pattern.findall(name))
