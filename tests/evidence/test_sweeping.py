"""The sweeper: takes what nothing names, and nothing else, from folders and object stores."""

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from tests.operations import story
from tests.world import World
from uatapp.accounts.models import KeptForm
from uatapp.evidence import service as evidence
from uatapp.evidence import sweeping
from uatapp.jobs import service
from uatapp.jobs.models import Job
from uatapp.kernel import clock, storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import doctor
from uatapp.operations.verify import Options, verify
from uatapp.requirements.models import ImportReport

OLD = 49 * 3600


def _named(world: World) -> None:
    """Store a file of every kind: of runs, of certificates, an upload to import, a kept form's."""
    story.tell(world)
    with unit_of_work(SYSTEM) as session:
        report = ImportReport(project_id=world.project.id, by_id=world.user_ids["analyst"], upload_name="x.zip")
        report.upload_sha256 = storage.put(b"an upload")
        kept = KeptForm(user_id=world.user_ids["tester"], path="/", fields=[], size=1)
        kept.files = [{"field": "files", "name": "a", "type": "text/plain", "sha256": storage.put(b"kept")}]
        session.add_all([report, kept])


def _files(world: World) -> set[Path]:
    return {path for path in (world.app.config["UATAPP"].home / "evidence").rglob("*") if path.is_file()}


def _grow_old(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (time.time() - OLD,) * 2)


@pytest.mark.proves("F2")
def test_only_what_nothing_names_is_swept(world: World) -> None:
    _named(world)
    named = _files(world)
    storage.put(b"left behind")
    half = next(iter(named)).with_name("f" * 64 + "#1")
    half.write_bytes(b"hal")
    _grow_old(*_files(world))
    young = storage.put(b"on its way")
    assert _told(world) == "1 that nothing names"
    service.queue_daily()
    service.queue_daily()
    service.run_due()
    assert {path.name for path in _files(world)} == {*(path.name for path in named), young}
    assert _told(world) == "0 that nothing names"
    assert db.session.scalars(sa.select(Job.dedupe).where(Job.kind == sweeping.KIND)).all() == [
        f"{sweeping.KIND}:{clock.now().date()}"
    ]
    assert verify(Options(evidence=True)).findings == []


def _told(world: World) -> str:
    return next(check.detail for check in doctor.examine(world.app) if check.name == "forgotten files")


def test_a_file_given_again_is_young_again(site: World) -> None:
    storage.put(b"twice")
    _grow_old(*_files(site))
    before = clock.now() - sweeping.AGE
    assert sweeping.forgotten(before) == {storage.put(b"once") and hashlib.sha256(b"twice").hexdigest()}
    storage.put(b"twice")
    assert storage.remove(hashlib.sha256(b"twice").hexdigest(), before) is False
    assert sweeping.forgotten(before) == set()


def test_an_object_store_is_swept_as_well(site: World) -> None:
    site.app.config["EVIDENCE_URL"] = "memory:///"
    with unit_of_work(site.actor("tester")):
        sha256 = evidence.take(site.project, "log.txt", b"a line", by=site.actor("tester")).sha256
    forgotten = storage.put(b"left behind")
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=5)):
        sweeping.sweep()
    assert storage.exists(sha256)
    assert not storage.exists(forgotten)
