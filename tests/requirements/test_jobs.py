"""Imports done by the worker: once, also when the job runs twice; a refusal is in the report."""

from tests.requirements.steps import counts, requirements
from tests.requirements.texts import ORDERS
from tests.world import World
from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.requirements import imports, jobs
from uatapp.requirements.models import ImportReport


def kept(world: World, by: str = "analyst") -> int:
    sha256 = storage.put(imports.packed([("orders.feature", ORDERS), ("orders.feature", ORDERS), ("x.txt", b"x")]))
    with unit_of_work(world.actor(by)):
        report = ImportReport(project_id=world.project.id, by_id=world.user_ids[by], upload_name="2 files")
        report.upload_sha256 = sha256
        db.session.add(report)
        db.session.flush()
        return report.id


def test_a_job_that_runs_twice_imports_once(world: World) -> None:
    report_id = kept(world)
    for _ in range(2):
        jobs.run_import(report_id)
    report = db.session.get_one(ImportReport, report_id)
    assert report.result is not None
    assert counts(report.result) == {"created": 2, "errors": 1}
    assert len(report.documents) == 1
    assert len(requirements(world)) == 2


def test_who_may_no_longer_import_is_told_in_the_report(world: World) -> None:
    report_id = kept(world, "tester")
    jobs.run_import(report_id)
    report = db.session.get_one(ImportReport, report_id)
    assert report.result is not None
    assert counts(report.result) == {"errors": 1}
    assert requirements(world) == []
