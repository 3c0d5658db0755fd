"""Larger imports, done by the worker: the upload is kept, the report says how far it is."""

import time
from collections.abc import Callable

from uatapp.accounts.models import User
from uatapp.jobs import registry
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.queries import actor_of
from uatapp.requirements import uploads
from uatapp.requirements.models import ImportReport
from uatapp.requirements.plans import KINDS

_TOLD_EVERY = 1.0  # seconds between two notes on progress


@registry.job(uploads.KIND)
def run_import(report_id: int) -> None:
    """Import a kept upload and complete its report. A report that is complete is left alone."""
    report = db.session.get_one(ImportReport, report_id)
    if report.result is not None:
        return
    by = actor_of(db.session.get_one(User, report.by_id))
    try:
        uploads.perform(report, by, _progress(report_id))
    except DomainError as refused:
        _refuse(report_id, refused.message)


def _progress(report_id: int) -> Callable[[int, int], None]:
    """Note in the report how many documents have been read, about once a second."""
    told = [time.monotonic()]

    def note(done: int, total: int) -> None:
        if time.monotonic() - told[0] < _TOLD_EVERY:
            return
        told[0] = time.monotonic()
        with unit_of_work(SYSTEM):
            report = db.session.get_one(ImportReport, report_id)
            report.done, report.total = done, total

    return note


def _refuse(report_id: int, message: str) -> None:
    with unit_of_work(SYSTEM):
        report = db.session.get_one(ImportReport, report_id)
        error = {"path": report.upload_name, "line": 1, "column": 1, "message": message}
        report.result = {**dict.fromkeys(KINDS, 0), "ask": [], "errors": [error]}
