"""Files that nothing names: left behind by requests that were stopped between file and row, removed after a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from uatapp.accounts.models import KeptForm
from uatapp.jobs import registry
from uatapp.kernel import clock, storage
from uatapp.kernel.db import Base, db

KIND = "evidence.sweep"
AGE = timedelta(hours=24)
log = structlog.get_logger()


@registry.job(KIND, daily=_l("Removing files that nothing names"))
def sweep() -> None:
    """Remove stored files older than a day that no row of any table names."""
    before = clock.now() - AGE
    removed = [sha256 for sha256 in sorted(forgotten(before)) if storage.remove(sha256, before)]
    half = storage.remove_half_written(before)
    if removed or half:
        log.info("files that nothing names were removed", files=len(removed), half_written=half)


def forgotten(before: datetime) -> set[str]:
    """Return the files last written before an instant that no row names."""
    found = set(storage.list_older(before))
    db.session.rollback()  # rows written until now are seen
    for names in named(db.session()) if found else ():
        found.difference_update(names)
    return found


def named(session: Session) -> Iterator[Iterator[str]]:
    """Go through the hashes in every table: its columns whose name ends with `sha256`, and the files of kept forms."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("sha256"):
                yield iter(session.scalars(_all(column)))
    yield (file["sha256"] for files in session.scalars(_all(KeptForm.files)) for file in files)


def _all(column: Any) -> sa.Select[tuple[Any]]:
    return sa.select(column).where(column.is_not(None)).execution_options(yield_per=1000)
