"""Larger imports, done by the worker: the upload is kept, the report says how far it is."""

import time
from collections.abc import Callable
from typing import Any

from uatapp.accounts.models import User
from uatapp.jobs import registry
from uatapp.kernel import storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.projects.queries import actor_of
from uatapp.requirements import archives, imports
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import ImportReport
from uatapp.requirements.planning import KINDS

KIND = "requirements.import"
_TOLD_EVERY = 1.0  # seconds between two notes on progress


def dedupe(report_id: int) -> str:
    """Return the one name of the job that completes a report."""
    return f"{KIND}-{report_id}"


@registry.job(KIND)
def run_import(report_id: int) -> None:
    """Import a kept upload and complete its report. A report that is complete is left alone."""
    report = db.session.get_one(ImportReport, report_id)
    if report.result is not None:
        return
    project = db.session.get_one(Project, report.project_id)
    by = actor_of(db.session.get_one(User, report.by_id))
    filing = Filing(report.unit_id, report.process_id)
    upload = archives.from_uploads(imports.unpacked(storage.get(report.upload_sha256)))
    try:
        by.require(imports.PERMISSION, project.id)
        imports.import_upload(
            project, upload, filing, by=by, progress=_progress(report_id), finish=_finisher(report_id)
        )
    except DomainError as refused:
        _refuse(report_id, refused.message)


def _finisher(report_id: int) -> imports.Finish:
    def finish(result: dict[str, Any], documents: list[int]) -> None:
        report = db.session.get_one(ImportReport, report_id)
        report.result, report.documents = result, documents

    return finish


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
