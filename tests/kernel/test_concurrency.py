"""Several processes write to one project at once: no number twice, no entry lost, the chain in order."""

import multiprocessing

import sqlalchemy as sa

from tests.kernel import writers
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, ReferenceCounter
from uatapp.operations.verify import Options, verify
from uatapp.projects.models import BusinessUnit


def test_processes_that_write_at_once(world: World, soak: bool) -> None:
    processes, rounds = (8, 200) if soak else (3, 12)
    before = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.chain == "PAY")) or 0
    settings = world.app.config["UATAPP"]
    db.session.remove()
    context = multiprocessing.get_context("spawn")
    given = (str(settings.home), settings.database_url)
    running = [context.Process(target=writers.write, args=(*given, f"w{n}", rounds)) for n in range(processes)]
    for process in running:
        process.start()
    for process in running:
        process.join(300)
    assert [process.exitcode for process in running] == [0] * processes
    names = db.session.scalars(sa.select(BusinessUnit.name).where(BusinessUnit.name.contains(" took "))).all()
    numbers = sorted(int(name.rpartition(" ")[2]) for name in names)
    assert numbers == list(range(1, processes * rounds + 1))
    counter = sa.select(ReferenceCounter.last).where(ReferenceCounter.kind == Kind.DEFECT)
    assert db.session.scalar(counter) == processes * rounds
    after = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.chain == "PAY"))
    assert after == before + processes * rounds
    assert verify(Options()).findings == []
