"""The part of a project that figures look at: some business units, a business process, or everything."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from uatapp.cycles.models import CycleItem
from uatapp.requirements.models import Document, Requirement
from uatapp.testcases.models import TestCase


@dataclass(frozen=True, slots=True)
class Area:
    """Which requirements count: those of any of these units, or of this process; without either, all."""

    unit_ids: frozenset[int] = frozenset()
    process_id: int | None = None

    @property
    def is_everything(self) -> bool:
        return not self.unit_ids and self.process_id is None

    def covers(self, other: "Area") -> bool:
        """Say whether everything in another area is in this one, whatever is filed where."""
        if self.is_everything or self == other:
            return True
        return bool(self.unit_ids and other.unit_ids) and other.unit_ids <= self.unit_ids

    def requirements(self) -> sa.Select[Any]:
        """Select the ids of the requirements in this area."""
        statement = sa.select(Requirement.id)
        if self.is_everything:
            return statement
        place = Document.unit_id.in_(self.unit_ids) if self.unit_ids else Document.process_id == self.process_id
        return statement.join(Document, Document.id == Requirement.document_id).where(place)

    def cases(self) -> sa.Select[Any]:
        """Select the ids of the test cases in this area."""
        return sa.select(TestCase.id).where(TestCase.requirement_id.in_(self.requirements()))

    def holds_case(self, column: Any) -> sa.ColumnElement[bool]:
        """Say in SQL whether a test case is in this area; true for everything, so that it costs nothing there."""
        inside: sa.ColumnElement[bool] = sa.true() if self.is_everything else column.in_(self.cases())
        return inside

    def holds_item(self, column: Any) -> sa.ColumnElement[bool]:
        """Say in SQL whether a cycle's item (a column that names one) is of a test case in this area."""
        if self.is_everything:
            return sa.true()
        inside: sa.ColumnElement[bool] = column.in_(
            sa.select(CycleItem.id).where(CycleItem.test_case_id.in_(self.cases()))
        )
        return inside

    def holds_requirement(self, column: Any) -> sa.ColumnElement[bool]:
        """Say in SQL whether a requirement is in this area, or none is named."""
        return sa.true() if self.is_everything else sa.or_(column.is_(None), column.in_(self.requirements()))


EVERYTHING = Area()
