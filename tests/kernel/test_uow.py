"""The unit of work: all or nothing, nothing untold, readers never wait."""

import sqlite3
import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from tests.operations.story import Happened
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.evidence.models import Evidence
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import Untold, after_commit, record, unit_of_work, wiring
from uatapp.projects.models import BusinessUnit, Project


def happened(world: World, **facts: Any) -> Happened:
    return Happened(project_id=world.project.id, subject="PAY", by=SYSTEM, **facts)


def units() -> int:
    return db.session.scalar(sa.select(sa.func.count(BusinessUnit.id))) or 0


def entries() -> int:
    return db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) or 0


def test_units_of_work_do_not_nest(world: World) -> None:
    with unit_of_work(SYSTEM), pytest.raises(RuntimeError, match="do not nest"), unit_of_work(SYSTEM):
        pass
    with unit_of_work(SYSTEM):
        assert world.project.key == "PAY"


def test_an_exception_undoes_rows_and_entries(world: World) -> None:
    before = (units(), entries())
    ran: list[str] = []
    with pytest.raises(ZeroDivisionError), unit_of_work(SYSTEM) as session:
        row = BusinessUnit(project_id=world.project.id, name="Lost")
        session.add(row)
        record(happened(world), row)
        after_commit(lambda: ran.append("never"))
        session.flush()
        1 / 0  # noqa: B018
    assert (units(), entries()) == before
    assert ran == []


def test_a_told_change_is_committed_with_its_entry(world: World) -> None:
    before = (units(), entries())
    ran: list[int] = []
    with unit_of_work(SYSTEM) as session:
        row = BusinessUnit(project_id=world.project.id, name="Kept")
        session.add(row)
        record(happened(world), row)
        after_commit(lambda: ran.append(1))
    assert (units(), entries()) == (before[0] + 1, before[1] + 1)
    assert ran == [1]


def test_an_untold_new_row_is_refused(world: World) -> None:
    with pytest.raises(Untold, match="BusinessUnit"), unit_of_work(SYSTEM) as session:
        session.add(BusinessUnit(project_id=world.project.id, name="Quiet"))


def test_an_untold_change_is_refused(world: World) -> None:
    with pytest.raises(Untold, match="Project"), unit_of_work(SYSTEM):
        world.project.name = "Quietly renamed"


def test_telling_of_another_row_does_not_help(world: World) -> None:
    with pytest.raises(Untold, match="BusinessUnit"), unit_of_work(SYSTEM) as session:
        session.add(BusinessUnit(project_id=world.project.id, name="Quiet"))
        record(happened(world), world.project)


def test_an_untold_bulk_change_is_refused(world: World) -> None:
    with pytest.raises(Untold, match="in bulk"), unit_of_work(SYSTEM) as session:
        session.execute(sa.update(Project).values(name="All the same"))
    with unit_of_work(SYSTEM) as session:
        session.execute(sa.update(Project).values(name="Told"))
        record(happened(world), Project)


def test_a_change_outside_of_a_unit_of_work_is_refused(world: World) -> None:
    world.project.name = "Outside"
    with pytest.raises(Untold, match="outside"):
        db.session.flush()
    db.session.rollback()
    with pytest.raises(Untold, match="outside"):
        db.session.execute(sa.update(Project).values(name="Outside"))
    db.session.rollback()


def test_a_frozen_row_must_be_told_itself(world: World) -> None:
    given = {"sha256": "0" * 64, "name": "log.txt", "media_type": "text/plain", "size": 1}
    with pytest.raises(Untold, match="Evidence"), unit_of_work(SYSTEM) as session:
        session.add(Evidence(project_id=world.project.id, token="t", by_id=world.user_ids["tester"], **given))
        record(happened(world), Evidence)


def test_handlers_act_in_the_same_transaction_and_may_tell_more(world: World) -> None:
    heard: list[str] = []

    def react(event: Happened) -> None:
        heard.append(event.note)
        if event.note == "first":
            record(happened(world, note="second"))

    before = entries()
    wiring().subscriptions[Happened] = (react,)
    try:
        with unit_of_work(SYSTEM):
            record(happened(world, note="first"))
        assert heard == ["first", "second"]
        assert entries() == before + 2
        wiring().subscriptions[Happened] = (lambda event: 1 / 0,)
        with pytest.raises(ZeroDivisionError), unit_of_work(SYSTEM):
            record(happened(world))
        assert entries() == before + 2
    finally:
        del wiring().subscriptions[Happened]


def test_events_are_told_inside_a_unit_of_work_only(world: World) -> None:
    with pytest.raises(RuntimeError, match="inside"):
        record(happened(world))


def test_a_page_answers_at_once_while_another_connection_writes(on_sqlite: World) -> None:
    path = on_sqlite.app.config["UATAPP"].home / "uatapp.db"
    client = on_sqlite.client("auditor")
    client.get("/projects/PAY/audit/")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    answer = client.get("/projects/PAY/audit/")
    writer.execute("ROLLBACK")
    assert answer.status_code == 200
    assert time.monotonic() - started < 3


def test_a_change_that_read_before_still_commits(world: World) -> None:
    """What was read before the unit of work is read again in it, so a change in between is not lost."""
    assert world.project.pass_share == 95

    def elsewhere() -> None:
        with world.app.app_context(), unit_of_work(SYSTEM) as session:
            session.execute(sa.update(Project).values(pass_share=Project.pass_share - 5))
            record(Happened(project_id=1, subject="PAY", by=SYSTEM), Project)

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    with unit_of_work(SYSTEM):
        project = world.project
        project.pass_share -= 10
        record(happened(world), project)
    assert world.project.pass_share == 80
