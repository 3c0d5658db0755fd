"""Which came first: decisions on a project's sign-offs, and what ends a request, take turns until they are durable.

Without turns, PostgreSQL would let a problem be reported and a scope be frozen without it at the same moment, and
neither would know of the other. SQLite has one writer at a time anyway.
"""

import sqlalchemy as sa

from uatapp.kernel.db import db
from uatapp.projects.models import Project


def decide(project_id: int) -> None:
    """Wait until all that ends requests is durable, and let none of it in before the commit. Take it before a sign-off."""
    _lock(project_id, alone=True)


def disturb(project_id: int) -> None:
    """Wait for a request or decision that is being written, so that it is seen. Others that disturb do not wait."""
    _lock(project_id, alone=False)


def _lock(project_id: int, *, alone: bool) -> None:
    own = sa.select(Project.id).where(Project.id == project_id)
    # rows that only refer to the project do not wait for either
    db.session.execute(own.with_for_update(key_share=True) if alone else own.with_for_update(read=True))
