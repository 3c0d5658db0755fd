"""Lists in pages: a bounded slice, the total, and where one is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from uatapp.kernel.db import db

T = TypeVar("T")
SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: "1 to 50 of 212"."""

    rows: Sequence[T]
    number: int
    total: int
    size: int = SIZE
    url: Callable[[int], str] | None = None

    @property
    def first(self) -> int:
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def prev_url(self) -> str | None:
        return self.url(self.number - 1) if self.url and self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        return self.url(self.number + 1) if self.url and self.number < self.pages else None


def number_of(raw: str | None) -> int:
    """Read a page number from an address; anything odd is page 1."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and 0 < len(raw) < 8 and int(raw) > 0 else 1


def page_in(rows: Sequence[Any], number: int, url: Callable[[int], str] | None = None, size: int = SIZE) -> Page[Any]:
    """Return one page of rows that are here already."""
    number = min(number, max(1, -(-len(rows) // size)))
    return Page(rows[(number - 1) * size : number * size], number, len(rows), size, url)


def page_of(
    statement: sa.Select[Any],
    number: int,
    url: Callable[[int], str] | None = None,
    size: int = SIZE,
    total: int | None = None,
) -> Page[Any]:
    """Run an ordered select for one page: two statements whatever the number of rows. Yields Row objects.

    Whoever can count the rows more cheaply than by running the select gives their total.
    """
    if total is None:
        counted = statement.order_by(None).with_only_columns(sa.literal(1), maintain_column_froms=True).subquery()
        total = db.session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
    number = min(number, max(1, -(-total // size)))
    rows = db.session.execute(statement.limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, total, size, url)
