"""A small story that leaves at least two rows in every frozen table, for those who then tamper with it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

import rfc8785

from tests.factories import agreeing, flow
from tests.operations.acts_story import rows_after
from tests.world import World
from uatapp.audit import checkpoints
from uatapp.criteria import answering
from uatapp.criteria import rules as criteria
from uatapp.cycles.models import Assignment
from uatapp.defects import service as defects
from uatapp.defects.states import Severity
from uatapp.evidence import service as evidence
from uatapp.kernel import clock, storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.events import Event, free_text
from uatapp.kernel.keys import Keys
from uatapp.kernel.permissions import Side
from uatapp.kernel.references import Kind, take
from uatapp.kernel.uow import record, unit_of_work
from uatapp.requirements import baselines
from uatapp.runs import service as runs
from uatapp.runs.models import Run, RunEvidence
from uatapp.runs.states import StepAnswer
from uatapp.signoffs.models import (
    AcceptanceTerms,
    Certificate,
    CertificateFile,
    Condition,
    DeemedAcceptance,
    Recommendation,
    Signature,
    SignatureFor,
    SignatureProof,
    Signoff,
    SignoffNote,
    Snapshot,
    Waiver,
)
from uatapp.signoffs.states import Decision, Means, Stance
from uatapp.testcases.models import CarryOver, TestCase

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Event):
    """Whatever a test needs to tell."""

    action: ClassVar[str] = "test.happened"
    sentence: ClassVar[str] = "{by} did something to {subject}"
    note: str = ""
    why: str = free_text()


def keys(world: World) -> Keys:
    settings = world.app.config["UATAPP"]
    return Keys.load_or_create(settings.keys_folder, settings.host, clock.now())


def tell(world: World, *, proved: bool = True) -> None:
    """Live through the story."""
    cases = flow.make_cases(world, 3)
    flow.bring_in(world, flow.feature(1, first=9), "more/orders.feature")
    case_ids = [case.id for case in cases]
    _answered(world)
    _kept(world)
    flow.open_cycle(world, cases)
    first, second, third = flow.assignments(world)
    flow.run(world, first)
    failed = flow.run(world, second, StepAnswer.NOT_AS_EXPECTED, remark="The total is 0.00")
    failed_id, third_id = failed.id, third.id
    for _number in range(2):
        slip = flow.run(world, db.session.get_one(Assignment, third_id), remark="Looks odd")
        slip_id, reference = slip.id, slip.reference
        _voided(world, reference)
    _shown(world, failed_id, slip_id)
    _defects(world, failed_id)
    _carried(world, case_ids)
    _told_in_bulk(world)
    for _number in range(2):
        _signed(world, proved)
    with unit_of_work(SYSTEM):
        checkpoints.make("PAY", keys(world))
    with unit_of_work(SYSTEM):
        checkpoints.make("system", keys(world))


def _kept(world: World) -> None:
    by = world.actor("analyst")
    for name in ("Agreed for cycle 1", "Agreed for training"):
        with unit_of_work(by):
            baselines.name(world.project, name, "As discussed", by=by)


def _answered(world: World) -> None:
    """Both sides agreed an own criterion, which is answered twice, each time with a file."""
    row, by = criteria.Criterion(criteria.Kind.OWN, text="Users were trained", side="customer"), world.actor("manager")
    agreeing.agree(world, (*criteria.usual(95), row))
    for number in range(2):
        with unit_of_work(by):
            file = evidence.take(world.project, f"trained{number}.txt", b"trained\n" * (number + 1), by=by)
            answering.answer(world.project, row.code, number == 1, "As on the list", by=by, files=[file])


def _shown(world: World, *run_ids: int) -> None:
    tester = world.actor("tester")
    for number, run_id in enumerate(run_ids):
        with unit_of_work(tester):
            run = db.session.get_one(Run, run_id)
            file = evidence.take(world.project, f"log{number}.txt", b"a log\n" * (number + 1), by=tester)
            db.session.flush()
            shown = RunEvidence(project_id=run.project_id, run_id=run.id, run_reference=run.reference)
            shown.evidence_id, shown.evidence_token = file.id, file.token
            db.session.add(shown)
            record(Happened(project_id=run.project_id, subject=run.reference, by=tester), shown)


def _voided(world: World, reference: str) -> None:
    with unit_of_work(world.actor("tester")):
        runs.void(world.project, reference, "pressed too early", by=world.actor("tester"))


def _defects(world: World, run_id: int) -> None:
    for number in range(2):
        tester, lead = world.actor("tester"), world.actor("lead")
        with unit_of_work(tester):
            file = evidence.take(world.project, f"defect{number}.txt", b"seen\n" * (number + 7), by=tester)
            db.session.flush()
            report = defects.Report(f"Total is wrong {number}", Severity.MAJOR)
            run = db.session.get_one(Run, run_id) if number == 0 else None
            defect = defects.raise_defect(world.project, report, by=tester, run=run, evidence=[file])
            defect_id = defect.id
        with unit_of_work(lead):
            defects.accept(world.project, db.session.get_one(type(defect), defect_id), by=lead, note=f"Yes {number}")


def _carried(world: World, case_ids: list[int]) -> None:
    by = world.actor("analyst")
    with unit_of_work(by):
        for number, case_id in enumerate(case_ids[:2]):
            reference = f"PAY-T{db.session.get_one(TestCase, case_id).number}"
            row = CarryOver(project_id=world.project.id, test_case_id=case_id, reference=reference, from_number=1)
            row.to_number, row.by_id, row.by_name, row.reason = 2, by.user_id, by.name, f"only wording {number}"
            db.session.add(row)
            record(Happened(project_id=world.project.id, subject=reference, by=by, why="only wording"), row)


def _told_in_bulk(world: World) -> None:
    """Two entries whose lists lie beside them."""
    with unit_of_work(SYSTEM):
        for number in range(2):
            items = tuple(f"PAY-R{n + number}" for n in range(20))
            record(Happened(project_id=world.project.id, subject="PAY", by=SYSTEM, items=items))


def _signed(world: World, proved: bool) -> None:
    by = world.actor("sponsor")
    with unit_of_work(by):
        project_id, number = world.project.id, take(world.project.id, Kind.SIGNOFF)
        signoff = Signoff(project_id=project_id, number=number, title="Everything", requested_by_id=by.user_id)
        db.session.add(signoff)
        db.session.flush()
        common = {"project_id": project_id, "signoff_id": signoff.id, "signoff_reference": f"PAY-S{number}"}
        document = rfc8785.dumps({"number": number})
        sha256 = hashlib.sha256(document).hexdigest()
        facts = rfc8785.dumps({"facts": number})
        rows = [
            Snapshot(**common, document=document, sha256=sha256),
            Signature(
                **common, user_id=by.user_id, signer_uid=by.uid, printed_name=by.name, job_title="Sponsor",
                organisation="Nordwind", side=Side.CUSTOMER, decision=Decision.ACCEPTED, statement="I accept.",
                statement_version="1", snapshot_sha256=sha256, at=AT, zone="Europe/Berlin",
            ),
            Waiver(
                **common, criterion="share", criterion_title="Share passed", by_uid=by.uid, by_name=by.name,
                reason=f"known {number}",
            ),
            Condition(
                **common, number=1, text=f"Fix {number}", owner="Halden", due_on=date(2027, 1, number),
                set_by_uid=by.uid, set_by_name=by.name,
            ),
            *([SignatureProof(**common, signer_uid=by.uid, means=Means.CODE, at=AT)] if proved else []),
            SignoffNote(**common, number=1, by_name=by.name, by_side="customer", text=f"Why {number}?"),
            AcceptanceTerms(
                project_id=project_id, number=number, reference=f"PAY acceptance window {number}", review_days=10 + number,
                notice_days=number, rounds=1 + number, clause=f"§ {number} Silence", by_uid=by.uid, by_name=by.name,
                side=Side.CUSTOMER, at=AT,
            ),
            DeemedAcceptance(
                **common, user_id=by.user_id, by_uid=by.uid, by_name=by.name, job_title="Manager", organisation="Halden",
                terms_reference=f"PAY acceptance window {number}", clause=f"§ {number} Silence", review_days=10 + number,
                round=number, started_at=AT, last_day=date(2027, 1, number), silence_on=date(2027, 2, number),
                pauses=[{"because": f"PAY-D{number}"}], snapshot_sha256=sha256, at=AT, zone="Europe/Berlin",
            ),
            Recommendation(
                project_id=project_id, number=number, reference=f"PAY recommendation {number}", side=Side.CUSTOMER,
                stance=Stance.AGAINST, text=f"Not yet {number}", by_uid=by.uid, by_name=by.name, at=AT,
            ),
            Certificate(
                **common, number=f"UAT-PAY-S{number}", check_code=f"CODE{number}", facts=facts,
                facts_sha256=hashlib.sha256(facts).hexdigest(),
            ),
        ]  # fmt: skip
        db.session.add_all(rows)
        db.session.flush()
        signature, other = rows[1], world.actor("sponsor2")
        stood_in = SignatureFor(
            **common, signature_id=signature.id, signer_uid=by.uid, for_user_id=other.user_id, for_uid=other.uid,
            for_name=other.name, from_on=date(2026, 11, number), until_on=date(2026, 12, number),
        )  # fmt: skip
        db.session.add(stood_in)
        data = b"%PDF-" + str(number).encode()
        file = CertificateFile(project_id=project_id, certificate_id=rows[-1].id, certificate_number=rows[-1].number)
        file.sha256, file.size = storage.put(data), len(data)
        db.session.add(file)
        later = rows_after(world, next(row for row in rows if isinstance(row, Condition)), number, by, AT)
        told = Happened(project_id=project_id, subject=f"PAY-S{number}", by=by, why="Done")
        record(told, signoff, *rows, stood_in, file, *later)
