"""Recording and verifying: results submitted beside a bare commit, assignments in one act, 100,000 audit entries."""

import time
from collections.abc import Iterator

import sqlalchemy as sa

from benchmarks.filling import TESTERS, Place, answers, assign, known_world, opened
from uatapp.audit import chain as chains
from uatapp.audit.models import AuditChain, AuditEntry
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.engine import aside
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import verify as verifying
from uatapp.runs import service as runs

SUBMITTED, ENTRIES, AT_ONCE = 100, 100_000, 5000


def submissions(place: Place) -> dict[str, float]:
    """Return results submitted a second by one writer, beside commits of one bare row a second."""
    with opened(place) as app:
        world = known_world(app)
        by = world.actor(TESTERS[1])
        todo = (Assignment.tester_id == world.user_ids[TESTERS[1]], Assignment.state == AssignmentState.TO_DO)
        ids = list(db.session.scalars(sa.select(Assignment.id).where(*todo).limit(SUBMITTED)))
        told = {}
        for number in ids:
            with unit_of_work(by):
                told[number] = answers(runs.start(world.project, number, by=by))
        begun = time.perf_counter()
        for number in ids:
            with unit_of_work(by):
                runs.submit(world.project, number, told[number], by=by)
        submitted = SUBMITTED / (time.perf_counter() - begun)
        bare = SUBMITTED / _bare()
    return {"submitted_per_s": submitted, "bare_commits_per_s": bare, "share": submitted / bare}


def _bare() -> float:
    db.session.rollback()
    with aside(db.engine) as connection:
        connection.execute(sa.text("CREATE TABLE bare (id INTEGER PRIMARY KEY, word TEXT)"))
    begun = time.perf_counter()
    for number in range(SUBMITTED):
        with aside(db.engine) as connection:
            connection.execute(sa.text("INSERT INTO bare VALUES (:id, 'word')"), {"id": number})
    seconds = time.perf_counter() - begun
    with aside(db.engine) as connection:
        connection.execute(sa.text("DROP TABLE bare"))
    return seconds


def assignments(place: Place) -> dict[str, float]:
    """Return the seconds of assigning every test of the cycle once more, to others, in one act each."""
    with opened(place) as app:
        world = known_world(app)
        before = db.session.scalar(sa.select(sa.func.count(Assignment.id))) or 0
        begun = time.perf_counter()
        assign(world, shift=1)
        seconds = time.perf_counter() - begun
        made = (db.session.scalar(sa.select(sa.func.count(Assignment.id))) or 0) - before
    return {"assignments": made, "seconds": seconds}


def verification(place: Place) -> dict[str, float]:
    """Lengthen the project's chain to 100,000 entries, and return the seconds of verifying all there is."""
    with opened(place):
        _lengthen("PAY", ENTRIES)
        begun = time.perf_counter()
        report = verifying.verify(verifying.Options())
        seconds = time.perf_counter() - begun
    if report.exit_code:
        raise RuntimeError(f"not in order: {report.findings[:3]} {report.not_checked}")
    return {"entries": ENTRIES, "seconds": seconds, "per_s": ENTRIES / seconds}


def _lengthen(name: str, length: int) -> None:
    """Append plain entries, as an application does that tells of nothing else."""
    with aside(db.engine) as connection:
        seq, head, at = connection.execute(
            sa.select(AuditChain.seq, AuditChain.hash, AuditChain.at).where(AuditChain.name == name)
        ).one()
        rows: list[dict[str, object]] = []
        for row in _entries(name, seq, head, clock.iso(at), length):
            rows.append(row)
            if len(rows) == AT_ONCE:
                connection.execute(sa.insert(AuditEntry), rows)
                rows.clear()
        if rows:
            connection.execute(sa.insert(AuditEntry), rows)
        newest = sa.select(AuditEntry.hash).where(AuditEntry.chain == name).order_by(AuditEntry.seq.desc()).limit(1)
        values = {"seq": max(seq, length), "hash": newest.scalar_subquery()}
        connection.execute(sa.update(AuditChain).where(AuditChain.name == name).values(**values))


def _entries(name: str, seq: int, head: str, at: str, length: int) -> Iterator[dict[str, object]]:
    actor = {"id": "bench", "name": "Bench"}
    for number in range(seq + 1, length + 1):
        body = {"action": "bench.noted", "actor": actor, "at": at, "chain": name, "facts": {"n": number},
                "seq": number, "subject": "bench", "v": chains.VERSION}  # fmt: skip
        text = chains.canonical(body)
        found = chains.entry_hash(head, text)
        yield {"chain": name, "seq": number, "prev_hash": head, "hash": found, "body": text, "at": at,
               "actor": "bench", "action": "bench.noted", "subject": "bench"}  # fmt: skip
        head = found
