"""Steps of features/audit: the trail in sentences, verification, and somebody with the database's password."""

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow
from tests.operations.insider import Insider
from tests.world import PASSWORD, World
from uatapp.cycles import queries as cycles
from uatapp.defects import service as problems
from uatapp.defects.models import Defect
from uatapp.defects.states import Severity
from uatapp.jobs import service as jobs
from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.checks.report import Report
from uatapp.operations.verify import Options, verify
from uatapp.projects.models import Build
from uatapp.projects.queries import find_membership
from uatapp.runs.models import Run
from uatapp.runs.states import StepAnswer
from uatapp.signoffs import service as signing
from uatapp.signoffs.models import CertificateFile

scenarios("audit/audit_trail.feature")


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    """What the scenario remembers from step to step."""
    return {"certificate": tmp_path / "certificate.pdf"}


@given("a test was run, found wanting, repaired, passed and signed")
def whole_story(site: World) -> None:
    cycle = flow.open_cycle(site, flow.make_cases(site, 1))
    cycle_number = cycle.number
    failed = flow.run(site, flow.assignments(site)[0], StepAnswer.NOT_AS_EXPECTED, remark="The total is 0.00")
    _repair(site, failed.id)
    flow.run(site, flow.assignments(site)[0])
    flow.close(site, cycles.get_cycle(site.project.id, cycle_number))
    _sign(site, cycle_number)
    db.session.remove()


def _repair(site: World, run_id: int) -> None:
    with unit_of_work(site.actor("tester")):
        report = problems.Report("The total is wrong", Severity.MAJOR)
        run = db.session.get_one(Run, run_id)
        defect_id = problems.raise_defect(site.project, report, by=site.actor("tester"), run=run).id
    build_id = flow.new_build(site, "1.1").id
    steps: Sequence[tuple[str, Callable[[Defect, Any], None]]] = (
        ("lead", lambda defect, by: problems.accept(site.project, defect, by=by)),
        ("engineer", lambda defect, by: problems.start_work(site.project, defect, by=by)),
        (
            "engineer",
            lambda d, by: problems.fix(site.project, d, db.session.get_one(Build, build_id), "Rounded", by=by),
        ),
    )
    for who, act in steps:
        with unit_of_work(site.actor(who)):
            act(db.session.get_one(Defect, defect_id), site.actor(who))
    flow.deploy(site, db.session.get_one(Build, build_id))


def _sign(site: World, cycle_number: int) -> None:
    with unit_of_work(site.actor("manager")):
        member = find_membership(site.project.id, site.user_ids["sponsor"])
        assert member is not None
        cycle = cycles.get_cycle(site.project.id, cycle_number, lock=True)
        signing.request(site.project, "Order entry", [cycle], [member], by=site.actor("manager"))
    client = site.client("sponsor")
    page = client.get("/projects/PAY/signoffs/1").text
    hidden = dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', page))
    data = {**hidden, "read": "1", "password": PASSWORD, "code": site.code("sponsor"), "decision": "accepted"}
    assert client.post("/projects/PAY/signoffs/1/sign", data=data).status_code == 303


@when("the auditor reads the audit trail")
def read_trail(site: World, told: dict[str, Any]) -> None:
    told["lines"] = _lines(site, 1)[::-1]


def _lines(site: World, page: int, **asked: str) -> list[str]:
    text = site.client("auditor").get("/projects/PAY/audit/", query_string={**asked, "page": page}).text
    found = re.findall(r'<p class="timeline__head break">(.*?)</p>', text, re.DOTALL)
    more = _lines(site, page + 1, **asked) if 'rel="next"' in text else []
    return [unescape(line).strip() for line in found] + more


@then("it tells in this order")
def tells(told: dict[str, Any], datatable: list[list[str]]) -> None:
    lines: Iterator[str] = iter(told["lines"])
    for (start,) in datatable:
        assert any(line.startswith(start) for line in lines), (start, told["lines"])


@then("it can be narrowed to what Marta did")
def narrowed(site: World) -> None:
    lines = _lines(site, 1, person=site.actor("tester").uid)
    assert lines
    assert all("Marta Lindqvist" in line for line in lines)


@pytest.fixture
def insider(site: World) -> Insider:
    return Insider(site)


ACTS: dict[str, str] = {
    "edits a remark of a run": "UPDATE run SET remark = 'fine' WHERE id = 1",
    "deletes an entry of the trail": "DELETE FROM audit_entry WHERE chain = 'PAY' AND seq = 7",
    "adds a signature": """INSERT INTO signature (project_id, signoff_id, signoff_reference, user_id, signer_uid,
        printed_name, job_title, organisation, side, decision, statement, statement_version, reasons, snapshot_sha256,
        at, zone, address_hash) SELECT project_id, signoff_id, signoff_reference, 1, 'forged', 'Birgit Aune', job_title,
        organisation, side, decision, statement, statement_version, reasons, snapshot_sha256, at, zone, address_hash
        FROM signature WHERE id = 1""",
    "swaps the answers to two steps": """UPDATE step_result SET answer = CASE answer WHEN 'as_expected'
        THEN 'not_as_expected' ELSE 'as_expected' END WHERE run_id = 1""",
    "moves a problem to new": "UPDATE defect SET state = 'new'",
}


@given(parsers.parse("somebody with the database's password {does}"))
def tampers(site: World, insider: Insider, told: dict[str, Any], does: str) -> None:
    if does.startswith("rewrites"):
        _give_certificate(told)
    with insider.at_work(keep=True) as connection:
        if does in ACTS:
            connection.exec_driver_sql(ACTS[does])
        elif does.startswith("cuts"):
            connection.exec_driver_sql("DELETE FROM audit_entry WHERE chain = 'PAY' AND seq > 20")
        else:
            connection.exec_driver_sql("DELETE FROM audit_checkpoint")
            insider.rewrite_tail(connection, "PAY", 5)


def _give_certificate(told: dict[str, Any]) -> None:
    if not told["certificate"].exists():
        jobs.run_due()
        sha256 = db.session.scalars(sa.select(CertificateFile.sha256)).one()
        told["certificate"].write_bytes(storage.get(sha256))
        db.session.remove()


@when("IT staff verify")
def run_verify(told: dict[str, Any]) -> None:
    told["report"] = verify(Options())


@when("IT staff verify the certificate")
def verify_certificate(told: dict[str, Any]) -> None:
    _give_certificate(told)
    told["report"] = verify(Options(certificate=told["certificate"]))


@when("one byte of the certificate is changed")
def change_byte(told: dict[str, Any]) -> None:
    data = bytearray(told["certificate"].read_bytes())
    data[len(data) // 3] ^= 1
    told["certificate"].write_bytes(bytes(data))


@then("everything is in order")
def in_order(told: dict[str, Any]) -> None:
    report: Report = told["report"]
    assert (report.findings, report.not_checked, report.exit_code) == ([], [], 0)


@then(parsers.parse('it is not in order because "{reason}"'))
def not_in_order(told: dict[str, Any], reason: str) -> None:
    report: Report = told["report"]
    assert report.exit_code == 1
    assert any(reason in finding.reason for finding in report.findings), report.findings
