"""The runner as a tester uses it, also without script; and what it answers to odd input."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image

from tests.factories import flow
from tests.world import World
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState, Outcome
from uatapp.evidence.models import Evidence
from uatapp.kernel.db import db
from uatapp.runs.models import DraftEvidence, Run, RunDraft

URL = "/projects/PAY/runs"
GOOD = {f"answer-{n}": "as_expected" for n in (2, 3, 4, 5)}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def tester(site: World) -> FlaskClient:
    flow.open_cycle(site, flow.make_cases(site, 2))
    return site.client("tester")


@pytest.fixture
def row(site: World, tester: FlaskClient) -> int:
    """Return the id of a test that has begun."""
    found = flow.assignments(site)[0].id
    tester.post(f"{URL}/start/{found}")
    return found


def page(tester: FlaskClient, row: int) -> str:
    return tester.get(f"{URL}/open/{row}").text


def version(tester: FlaskClient, row: int) -> str:
    found = re.search(r'name="version" value="(\d+)"', page(tester, row))
    assert found
    return found[1]


def picture() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "PNG")
    return BytesIO(out.getvalue())


def last_run() -> Run:
    return db.session.scalars(sa.select(Run).order_by(Run.id.desc()).limit(1)).one()


def test_the_runner_shows_all_that_is_needed(tester: FlaskClient, row: int) -> None:
    shown = page(tester, row)
    for words in ("Before you start", "Do this", "You should see", "PAY-T1", "PAY-R1", "UAT-2", "1.0", "order.clerk2"):
        assert words in shown
    assert 'href="https://uat2.example"' in shown
    assert "Customer 40012" in shown
    assert re.search(r"Saved Today, \d+:\d\d", shown)
    assert "Gherkin" not in shown
    assert 'name="answer-1"' not in shown
    assert 'name="answer-2" value="could_not"' in shown
    assert 'name="answer-4" value="not_as_expected"' in shown


def test_all_as_expected_in_one_press_then_submit_leads_to_the_next(site: World, tester: FlaskClient, row: int) -> None:
    form = {"version": version(tester, row), "do": "all"}
    answer = tester.post(f"{URL}/open/{row}/submit", data=form)
    assert answer.status_code == 303
    shown = page(tester, row)
    assert len(re.findall(r'value="as_expected" checked', shown)) == 4
    form = {"version": version(tester, row), **GOOD}
    shown = tester.post(f"{URL}/open/{row}/submit", data=form, follow_redirects=True).text
    assert "Submitted: Passed." in shown
    assert re.search(r'<h1 id="next">Order 2 is saved</h1>', shown)
    assert last_run().outcome is Outcome.PASSED


def test_a_failed_test_leads_to_its_report(tester: FlaskClient, row: int) -> None:
    form = {**GOOD, "answer-4": "not_as_expected", "remark-4": "It says Held", "version": "1"}
    answer = tester.post(f"{URL}/open/{row}/submit", data=form)
    assert answer.status_code == 303
    assert f"/defects/new?run={last_run().reference}" in answer.location


def test_could_not_asks_why(tester: FlaskClient, row: int) -> None:
    form = {"answer-2": "could_not", "version": "1", "remark-2": HOSTILE}
    answer = tester.post(f"{URL}/open/{row}/submit", data=form)
    assert answer.status_code == 422
    assert "Step 2: say whether it does not work, or something stopped you." in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert HOSTILE not in answer.text
    form |= {"why-2": "not_done", "reason": "No licence", "result": "other"}
    assert tester.post(f"{URL}/open/{row}/submit", data=form).status_code == 303
    assert last_run().outcome is Outcome.BLOCKED


def test_what_is_missing_is_said_and_what_was_typed_stays(tester: FlaskClient, row: int) -> None:
    typed = "Ä" * 10_000
    form = {"answer-2": "as_expected", "remark": typed, "version": "1", "result": "not_applicable"}
    answer = tester.post(f"{URL}/open/{row}/submit", data=form)
    assert answer.status_code == 422
    assert "Say why this test does not apply." in answer.text
    assert typed in answer.text
    assert 'id="reason-error"' in answer.text
    form = {**GOOD, "remark": "x" * 20_001, "version": "1"}
    answer = tester.post(f"{URL}/open/{row}/submit", data=form)
    assert "This has 20001 characters; 20000 fit." in answer.text


def test_the_draft_is_saved_as_one_types_and_on_the_server(site: World, tester: FlaskClient, row: int) -> None:
    form = {"version": "1", "answer-2": "could_not", "remark-2": "Field is grey", "result": "defect", "reason": "Why"}
    answer = tester.post(f"{URL}/open/{row}/draft", data=form, headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["version"] == 2
    assert re.fullmatch(r"\d+:\d\d", answer.json["saved"])
    shown = page(site.client("tester"), row)
    assert "Field is grey" in shown
    assert 'value="could_not" checked' in shown
    assert 'value="defect" checked' in shown


def test_two_windows_keep_both(tester: FlaskClient, row: int) -> None:
    tester.post(f"{URL}/open/{row}/draft", data={"version": "1", "answer-4": "not_as_expected", "remark-4": "First"})
    stale = {"version": "1", "answer-4": "as_expected", "remark": "Second", **GOOD}
    answer = tester.post(f"{URL}/open/{row}/draft", data=stale, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    answer = tester.post(f"{URL}/open/{row}/submit", data=stale)
    assert answer.status_code == 409
    assert "In your other window:" in answer.text
    assert "First" in answer.text
    assert "Second" in answer.text
    assert re.search(r'name="remark-4"[^>]*>First</textarea>', answer.text)
    found = re.search(r'name="version" value="(\d+)"', answer.text)
    assert found
    assert tester.post(f"{URL}/open/{row}/submit", data={**stale, "version": found[1]}).status_code == 303
    assert last_run().outcome is Outcome.PASSED_WITH_REMARKS


def test_what_was_typed_in_two_windows_is_put_together(tester: FlaskClient, row: int) -> None:
    one = {
        "version": "1",
        "answer-2": "could_not",
        "remark-2": "Grey",
        "remark": "One",
        "result": "defect",
        "reason": "Why",
    }
    tester.post(f"{URL}/open/{row}/draft", data=one)
    page = tester.post(
        f"{URL}/open/{row}/submit", data={"version": "1", "answer-4": "as_expected", "remark": "Two"}
    ).text
    assert re.search(r'name="remark-2"[^>]*>Grey</textarea>', page)
    assert re.search(r'name="remark"[^>]*>One\nTwo</textarea>', page)
    assert re.search(r'name="reason"[^>]*>Why</textarea>', page)
    for chosen in ("could_not", "as_expected", "defect"):
        assert f'value="{chosen}" checked' in page
    assert 'data-control="remark"' in page


@pytest.mark.proves("F16")
def test_a_form_sent_twice_is_one_run_and_leads_to_the_same_place(tester: FlaskClient, row: int) -> None:
    form = {**GOOD, "version": "1", "form_key": "k1", "files": (picture(), "a.png")}
    first = tester.post(f"{URL}/open/{row}/submit", data=form)
    again = tester.post(f"{URL}/open/{row}/submit", data=form | {"files": (picture(), "a.png")})
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Run)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Evidence)) == 1
    other = tester.post(f"{URL}/open/{row}/submit", data={**form, "remark": "more", "files": (picture(), "a.png")})
    assert other.status_code in (404, 422)
    assert tester.get(f"{URL}/open/{row}/submit").status_code == 303


def test_files_are_added_shown_taken_out_and_frozen_with_the_run(site: World, tester: FlaskClient, row: int) -> None:
    files = [(picture(), "one.png"), (BytesIO(b"words"), "notes.txt"), (picture(), "two.png")]
    form = {"version": "1", "remark": "Kept", "position": "4", "files": files}
    assert tester.post(f"{URL}/open/{row}/files", data=form).status_code == 303
    shown = page(tester, row)
    assert "3 added" in shown
    assert "Kept" in shown
    token = re.search(rf"/open/{row}/files/([\w-]+)\?copy=display", shown)
    assert token
    assert tester.get(f"{URL}/open/{row}/files/{token[1]}?copy=display").mimetype == "image/png"
    assert tester.get(f"{URL}/open/{row}/files/unknown").status_code == 404
    assert site.client("manager").get(f"{URL}/open/{row}/files/{token[1]}").status_code == 403
    assert site.client("tester2").get(f"{URL}/open/{row}/files/{token[1]}").status_code == 404
    tester.post(f"{URL}/open/{row}/files/{token[1]}/remove", data={"version": version(tester, row)})
    tester.post(f"{URL}/open/{row}/submit", data={**GOOD, "version": version(tester, row)})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DraftEvidence)) == 0
    reference = last_run().reference
    shown = site.client("manager").get(f"{URL}/{reference}").text
    assert "notes.txt" in shown
    assert "two.png" in shown
    assert "Step 4" in shown
    found = re.search(rf"/{re.escape(reference)}/files/([\w-]+)\"", shown)
    assert found
    original = site.client("manager").get(f"{URL}/{reference}/files/{found[1]}")
    assert original.headers["Content-Disposition"].startswith("attachment")


def test_bad_files_are_named_and_the_good_ones_and_words_stay(tester: FlaskClient, row: int) -> None:
    files = [
        (picture(), "good.png"),
        (BytesIO(b"no picture"), "bad.png"),
        (BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "logo.svg"),
        (BytesIO(b"x" * 30 * 1024 * 1024), "huge.png"),
    ]
    form = {**GOOD, "version": "1", "remark": "Typed words", "files": files}
    answer = tester.post(f"{URL}/open/{row}/submit", data=form)
    assert answer.status_code == 422
    for words in ("bad.png", "logo.svg", "huge.png", "10 MB", "Typed words", "good.png", "1 added", "One added"):
        assert words in answer.text or words == "1 added"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DraftEvidence)) == 1
    answer = tester.post(f"{URL}/open/{row}/files", data={"version": "1", "files": (BytesIO(b"<html>"), "x.html")})
    assert answer.status_code == 303
    assert "x.html" in page(tester, row)


def test_more_than_the_server_takes_is_refused(tester: FlaskClient, row: int) -> None:
    data = {"version": "1", "files": (BytesIO(b"x" * 46 * 1024 * 1024), "a.png")}
    assert tester.post(f"{URL}/open/{row}/files", data=data).status_code == 413
    assert "Before you start" in page(tester, row)


def test_going_on_later_keeps_everything(tester: FlaskClient, row: int) -> None:
    form = {"version": "1", "answer-2": "as_expected", "remark": "Lunch", "do": "later"}
    shown = tester.post(f"{URL}/open/{row}/submit", data=form, follow_redirects=True).text
    assert "You can go on later" in shown
    assert "Go on with this test" in shown
    assert "Lunch" in page(tester, row)


def test_a_cycle_closed_meanwhile_refuses_and_keeps_what_was_typed(site: World, tester: FlaskClient, row: int) -> None:
    site.client("manager").post("/projects/PAY/cycles/1/close")
    answer = tester.post(f"{URL}/open/{row}/submit", data={**GOOD, "version": "1", "remark": "Still here"})
    assert answer.status_code == 403
    assert "is not open" in answer.text
    assert "Still here" in answer.text


def test_an_own_slip_is_taken_back_by_one_press(tester: FlaskClient, row: int) -> None:
    tester.post(f"{URL}/open/{row}/submit", data={**GOOD, "version": "1"})
    reference = last_run().reference
    shown = tester.post(f"{URL}/{reference}/void", follow_redirects=True).text
    assert "Taken back." in shown
    assert db.session.get_one(Assignment, row).state is AssignmentState.TO_DO
    shown = tester.get(f"{URL}/{reference}").text
    assert "took this result back" in shown
    assert tester.post(f"{URL}/{reference}/void").status_code == 409


def test_who_reads_a_run(site: World, tester: FlaskClient, row: int) -> None:
    form = {**GOOD, "answer-5": "not_as_expected", "remark-5": "Total is 0", "version": "1"}
    tester.post(f"{URL}/open/{row}/submit", data=form)
    reference = last_run().reference
    for who in ("tester2", "sponsor", "manager", "partner_manager", "auditor"):
        assert site.client(who).get(f"{URL}/{reference}").status_code == 200, who
    assert site.client("engineer").get(f"{URL}/{reference}").status_code == 403
    for path in (reference, f"{reference}/files/x", f"open/{row}", "nonsense"):
        assert site.client("stranger").get(f"{URL}/{path}").status_code == 404


def test_others_cannot_touch_an_open_run(site: World, tester: FlaskClient, row: int) -> None:
    for who, expected in (("tester2", 404), ("manager", 403), ("engineer", 403), ("stranger", 404)):
        client = site.client(who)
        for path in ("draft", "files", "submit", "files/x/remove"):
            answer = client.post(f"{URL}/open/{row}/{path}", data={**GOOD, "version": "1"})
            assert answer.status_code == expected, (who, path)
    assert site.client("tester2").post(f"{URL}/start/{row}").status_code == 403
    assert db.session.scalars(sa.select(RunDraft.version)).one() == 1
