"""`make load`: 100 testers on SQLite and 300 on PostgreSQL for ten minutes; writes docs/load.md."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import places, serving
from benchmarks.filling import Place, known_world, new_world, opened
from tests.factories import flow
from tests.world import World
from uatapp.accounts import service as accounts
from uatapp.accounts.models import Organisation
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import verify as verifying
from uatapp.projects import service as projects
from uatapp.runs.models import Run, RunDraft

TESTS_EACH, TESTS = 12, 500
SIGN_INS = 100  # a minute: more than anybody sees, and what two cores can hash beside the work
TESTERS = {"SQLite": 100, "PostgreSQL": 300}
PROCESSES = {"SQLite": 2, "PostgreSQL": 4}
DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    """Load both databases one after the other; every run ends by itself."""
    parser = argparse.ArgumentParser(prog="load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--databases", nargs="+", default=list(TESTERS))
    asked = parser.parse_args()
    found: dict[str, Any] = {}
    for database, place in places.both():
        if database in asked.databases:
            with place as there:
                found[database] = _run(there, TESTERS[database], PROCESSES[database], asked.minutes)
    (DOCS / "load.md").write_text("\n".join(_page(found, asked.minutes)))


def _run(place: Place, testers: int, processes: int, minutes: float) -> dict[str, Any]:
    with opened(place) as app:
        _prepare(new_world(app), testers)
    with tempfile.TemporaryDirectory() as name:
        notes = Path(name) / "notes"
        notes.touch()
        with serving.served(place, processes) as server:
            rows = _locust(place, testers, minutes, notes)
            memory = serving.memory(server)
        said = [json.loads(line) for line in notes.read_text().splitlines()]
    with opened(place) as app:
        lost = _lost(known_world(app), said)
        report = verifying.verify(verifying.Options())
    submitted = sum("submitted" in row for row in said)
    return {"testers": testers, "processes": processes, "rows": rows, "memory": memory, "acknowledged": len(said),
            "submitted": submitted, "lost": lost, "verify": report.exit_code}  # fmt: skip


def _prepare(world: World, testers: int) -> None:
    """Make testers, and give each some tests of an open cycle."""
    flow.bring_in(world, flow.feature(TESTS))
    flow.open_cycle(world, flow.cases(world), ())
    hashed = world.user("tester").password
    with unit_of_work(SYSTEM):
        project = world.project
        for number in range(1, testers + 1):
            of = db.session.get(Organisation, world.user("tester").organisation_id)
            user = accounts.add_user(f"load{number}@example.com", f"Tester {number}", by=SYSTEM, organisation=of)
            user.password, user.active = hashed, True
            db.session.flush()
            projects.add_member(project, user, (Role.TESTER,), by=SYSTEM)
    by = world.actor("manager")
    with unit_of_work(by):
        cycle = cycles.get_cycle(world.project.id, 1, lock=True)
        ids = sorted(cycles.scope_ids(cycle.id))
        members = [m for m in cycles.testers(world.project.id) if m.user.email.startswith("load")]
        for place, member in enumerate(members):
            mine = [ids[(place * TESTS_EACH + n) % len(ids)] for n in range(TESTS_EACH)]
            assigning.assign(world.project, cycle, mine, [member], by=by)


def _locust(place: Place, testers: int, minutes: float, notes: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/testers.py", "--headless", "--json", "--only-summary",
               "--host", place.base_url, "-u", str(testers), "-r", str(SIGN_INS / 60), "-t", f"{int(minutes * 60)}s",
               "--stop-timeout", "30", "--exit-code-on-error", "0"]  # fmt: skip
    environment = os.environ | {"UATAPP_LOAD_NOTES": str(notes), "PYTHONPATH": os.getcwd()}
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, timeout=minutes * 60 + 120)
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def _lost(world: World, said: Iterable[dict[str, Any]]) -> int:
    """Count what was acknowledged and is not there: each result once, and of each open test the last draft."""
    stored = db.session.execute(sa.select(Run.assignment_id, Run.remark)).all()
    results = {number: remark for number, remark in stored}
    drafts = {row.assignment_id: row.remark for row in db.session.scalars(sa.select(RunDraft))}
    if len(results) != len(stored):
        raise RuntimeError("a result was stored twice")
    submitted = {row["submitted"]: row["remark"] for row in said if "submitted" in row}
    kept = {row["draft"]: row["remark"] for row in said if "draft" in row and row["draft"] not in results}
    lost = [number for number, remark in submitted.items() if results.get(number) != remark]
    return len(lost) + len([number for number, remark in kept.items() if drafts.get(number) != remark])


def _page(found: dict[str, Any], minutes: float) -> Iterable[str]:
    yield from ("# Under load", "")
    yield (
        f"Written by `make load`: testers sign in, a hundred a minute, take test after test, keep a draft every ten seconds, add a "
        f"picture to one result in five, and submit; for {minutes:g} minutes, all on one small machine with two cores. "
        "Aims: drafts p95 under 100 ms, submissions p95 under 300 ms, no error, nothing lost."
    )
    for database, run in found.items():
        yield from ("", f"## {run['testers']} testers on {database}, {run['processes']} web processes", "")
        yield from ("| what | times | errors | median ms | p95 ms | p99 ms |", "|---|---:|---:|---:|---:|---:|")
        for row in sorted(run["rows"], key=lambda row: -row["num_requests"]):
            shares = [_percentile(row["response_times"], share) for share in (0.5, 0.95, 0.99)]
            numbers = " | ".join(f"{value:.0f}" for value in shares)
            yield f"| {row['name']} | {row['num_requests']} | {row['num_failures']} | {numbers} |"
        yield ""
        yield (
            f"{run['acknowledged']} answers were acknowledged, {run['submitted']} of them results; lost: {run['lost']}. "
            f"`uatapp verify` afterwards: exit {run['verify']}. Memory of the largest process: {run['memory'] / 1e6:.0f} MB."
        )
    yield ""


def _percentile(times: dict[str, int], share: float) -> float:
    """Read a percentile from counts by milliseconds."""
    left = sum(times.values()) * share
    for milliseconds, number in sorted((float(key), number) for key, number in times.items()):
        left -= number
        if left <= 0:
            return milliseconds
    return 0.0


if __name__ == "__main__":
    main()
