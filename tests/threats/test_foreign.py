"""Another customer's project: not read, not written, not hinted at, from no address, by nobody outside it."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.threats import endpoints
from tests.threats.endpoints import METHODS, WHO
from tests.threats.full import NAME, SECRET, Full, own_criterion
from tests.threats.two import Two, everything
from tests.world import PEOPLE
from uatapp.criteria.models import CriterionEvidence
from uatapp.defects.models import DefectEvidence, DefectLink
from uatapp.evidence.models import Evidence
from uatapp.jobs import service as jobs
from uatapp.jobs.models import Job, OutgoingMail
from uatapp.kernel.db import db
from uatapp.projects.models import BusinessProcess, BusinessUnit, Environment
from uatapp.projects.queries import list_named
from uatapp.requirements.models import Document, ImportReport
from uatapp.runs.models import DraftEvidence, RunEvidence
from uatapp.signoffs.models import ConditionEvidence, Deputy

MARKS = (SECRET, NAME)
OUTSIDERS = (*PEOPLE, "admin", "stranger")
# what names one thing in the whole installation; numbers are a project's own
IDS = ("document_id", "report_id", "assignment_id", "environment_id", "uid", "token", "reference")
# one person for each role, and those of whom the side makes a difference
EACH_ROLE = ("analyst", "tester", "super_user", "head", "manager", "sponsor", "auditor", "lead", "partner_manager")


def ids(full: Full, endpoint: str = "") -> dict[str, Any]:
    """Return something of each kind in a project; files are those of the thing that the endpoint is about."""

    def one(kind: Any) -> Any:
        return db.session.scalars(sa.select(kind).where(kind.project_id == full.project.id).order_by(kind.id)).first()

    kinds = {
        "defects.file": DefectEvidence,
        "signoffs.condition_file": ConditionEvidence,
        "criteria.answer_file": CriterionEvidence,
        "runs.draft_file": DraftEvidence,
    }
    file = one(kinds.get(endpoint, RunEvidence))
    return {
        "project": full.key,
        "number": 1,
        "condition_number": 1,
        "act_number": 1,
        "document_id": one(Document).id,
        "report_id": one(ImportReport).id,
        "assignment_id": one(DraftEvidence).assignment_id,
        "environment_id": one(Environment).id,
        "deputy_id": one(Deputy).id,
        "uid": full.user("tester").uid,
        "token": db.session.get_one(Evidence, file.evidence_id).token,
        "reference": one(DefectLink if endpoint == "defects.seen_in" else RunEvidence).run_reference,
        "action": "approve",
        "kind": "unit",
        "rule": "use-and",
        "terms_number": 1,
        "version": 1,
        "code": own_criterion(full).code,
    }


def leaks(answer: TestResponse, *marks: str) -> bool:
    """Say whether a mark stands in an answer: in its headers, its text, a workbook's sheets or a PDF's pages."""
    data = answer.get_data()
    if data[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    elif data[:4] == b"%PDF":
        data = "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).encode()
    shown = (str(answer.headers).encode() + data).lower()
    return any(mark.encode() in shown for mark in marks)


@pytest.mark.proves("T1", "T2")
def test_the_foreign_project_is_full(two_projects: Two) -> None:
    """Its own people do read the marks: what the others are kept from is there."""
    foreign = two_projects.foreign
    pages = [line.endpoint for line in endpoints.of_projects(foreign.app) if line.method == "GET"]
    # what leads on, an empty template, an organisation's days off (which administrators may read), and an empty form
    unmarked = ["home.enter", "requirements.template", "calendars.show", "runs.after_submit", "defects.new"]
    assert [page for page in pages if not _is_marked(foreign, page)] == unmarked


def _is_marked(full: Full, endpoint: str) -> bool:
    path = endpoints.address(full.app, endpoint, ids(full, endpoint))
    answers = (full.client(name).get(path) for name in ("manager", "tester", "analyst"))
    return any(answer.status_code == 200 and leaks(answer, full.mark) for answer in answers)


@pytest.mark.proves("T1")
def test_whatever_is_asked_of_a_foreign_project_is_not_found(two_projects: Two) -> None:
    app, given, before, wrong = two_projects.own.app, ids(two_projects.foreign), everything(), []
    for name in OUTSIDERS:
        browser = two_projects.own.client(name)
        for line in endpoints.of_projects(app):
            answer = browser.open(endpoints.address(app, line.endpoint, given), method=line.method)
            if answer.status_code != 404 or leaks(answer, *MARKS):
                wrong.append(f"{name}: {line} {answer.status_code}")
    assert not wrong
    assert everything() == before


@pytest.mark.proves("T1")
@pytest.mark.parametrize("name", ["manager", None])
def test_no_other_method_opens_it_either(two_projects: Two, name: str | None) -> None:
    app, given, before, wrong = two_projects.own.app, ids(two_projects.foreign), everything(), []
    browser = two_projects.own.client(name)
    headers = {"X-HTTP-Method-Override": "GET", "Accept": "application/json", "HX-Request": "true"}
    for endpoint in sorted({line.endpoint for line in endpoints.of_projects(app)}):
        path = endpoints.address(app, endpoint, given)
        for method in (*METHODS, "OPTIONS", "HEAD"):
            answer = browser.open(path, method=method, headers=headers)
            refused = {404, 405} if name else {401, 405}
            if answer.status_code not in (refused | {200} if method == "OPTIONS" else refused) or leaks(answer, *MARKS):
                wrong.append(f"{method} {endpoint} {answer.status_code}")
    assert not wrong
    assert everything() == before


@pytest.mark.proves("T1")
@pytest.mark.parametrize("known", IDS)
def test_a_foreign_id_in_ones_own_project_is_not_found(two_projects: Two, known: str) -> None:
    app, before, wrong = two_projects.own.app, everything(), []
    for line in endpoints.of_projects(app):
        if known not in endpoints.rules(app)[line.endpoint].arguments:
            continue
        given = ids(two_projects.own, line.endpoint) | {known: ids(two_projects.foreign, line.endpoint)[known]}
        path = endpoints.address(app, line.endpoint, given)
        for name in sorted(WHO[line.who] & set(EACH_ROLE)):
            answer = two_projects.own.client(name).open(path, method=line.method, follow_redirects=True)
            # what was typed comes first: an unknown file is passed over, and the draft kept or found stale
            refused = (404, 409) if line.endpoint == "runs.remove_file" else (404,)
            if answer.status_code not in refused or leaks(answer, *MARKS):
                wrong.append(f"{name}: {line} {answer.status_code}")
    assert not wrong
    assert everything() == before


def pages_of(full: Full) -> list[str]:
    """Return the address of every page of a project, and of one's own."""
    lines = [line for line in endpoints.lines() if line.method == "GET" and line.who in (*WHO, "oneself")]
    given = [(line.endpoint, endpoints.NOTHING | ids(full, line.endpoint)) for line in lines]
    return [endpoints.address(full.app, endpoint, values) for endpoint, values in given]


def _narrowed(foreign: Full) -> list[str]:
    """Return pages of PAY, narrowed by foreign ids or by parts of the marks."""
    known = ids(foreign)
    unit = list_named(BusinessUnit, foreign.project.id)[0].id
    process = list_named(BusinessProcess, foreign.project.id)[0].id
    by_id = [f"unit={unit}", f"process={process}", f"document={known['document_id']}"]
    queries = {
        "requirements/": by_id,
        "requirements/find": [*by_id, "q=zanz", "q=FOR-R1"],
        "requirements/waiting": by_id,
        "requirements/1": ["version=2"],
        "tests/": ["q=zanz", "q=FOR-T1"],
        "cycles/2": [f"tester={foreign.user_ids['tester']}"],
        "cycles/2/scope": [*by_id, "expression=@zanz", "show=all"],
        "cycles/2/assign": [*by_id, "expression=not @zanz", "show=all"],
        "defects/": ["show=all"],
        "defects/new": [f"run={known['reference']}"],
        "audit/": [f"person={known['uid']}", "subject=FOR"],
        "results.xlsx": ["cycle=1"],
    }
    return [f"/projects/PAY/{page}?{query}" for page, found in queries.items() for query in found]


@pytest.mark.proves("T2")
@pytest.mark.parametrize("name", EACH_ROLE)
def test_no_page_of_ones_own_hints_at_a_foreign_project(two_projects: Two, name: str) -> None:
    browser = two_projects.own.client(name)
    pages = [*pages_of(two_projects.own), *(_narrowed(two_projects.foreign) if name == "manager" else [])]
    answers = {page: browser.get(page, follow_redirects=True) for page in pages}
    assert [page for page, answer in answers.items() if leaks(answer, *MARKS)] == []
    assert sum(answer.status_code == 200 for answer in answers.values()) >= 15


@pytest.mark.proves("T2")
def test_administrators_read_names_and_nothing_else(two_projects: Two) -> None:
    browser = two_projects.own.client("admin")
    lines = [line for line in endpoints.lines() if line.method == "GET" and line.who in ("administrator", "oneself")]
    pages = [endpoints.address(two_projects.own.app, line.endpoint, endpoints.NOTHING) for line in lines]
    answers = [browser.get(page, follow_redirects=True) for page in pages]
    assert not any(leaks(answer, SECRET) for answer in answers)
    assert any(leaks(answer, NAME) for answer in answers)


@pytest.mark.proves("T2")
def test_mails_go_to_members_and_jobs_name_no_content(two_projects: Two) -> None:
    mails = db.session.scalars(sa.select(OutgoingMail)).all()
    marked = [mail for mail in mails if any(mark in f"{mail.subject} {mail.text}".lower() for mark in MARKS)]
    assert marked
    assert all(NAME in mail.recipient for mail in marked)
    assert not any(SECRET in f"{job.title} {job.error}" for job in db.session.scalars(sa.select(Job)))


@pytest.mark.proves("T2")
def test_an_archive_that_cannot_be_read_tells_administrators_no_file_name(fresh_projects: Two) -> None:
    file = (BytesIO(b"PK\x03\x04 broken"), f"{SECRET}.zip")
    answer = fresh_projects.foreign.client("analyst").post("/projects/FOR/requirements/upload", data={"files": file})
    assert answer.status_code == 303
    jobs.run_due()
    assert not any(SECRET in f"{job.title} {job.error}" for job in db.session.scalars(sa.select(Job)))
