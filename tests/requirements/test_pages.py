"""Pages about requirements, as people of each role use them."""

import html
import io
import re
import zipfile

import pytest
from flask.testing import FlaskClient

from tests.requirements.steps import approve_all, bring_in, document, requirement, requirements, states
from tests.requirements.texts import BILLING, ORDERS, edited
from tests.world import World
from uatapp.jobs import service as jobs
from uatapp.kernel.db import db

URL = "/projects/PAY/requirements"
Answer = tuple[int, str]


def get(client: FlaskClient, path: str) -> Answer:
    answer = client.get(path if path.startswith("/") else f"{URL}/{path}")
    return answer.status_code, answer.get_data(as_text=True)


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    assert found
    return re.sub(r"\s+", " ", found[1]).strip()


def upload(client: FlaskClient, files: dict[str, bytes], **fields: object) -> tuple[str, str]:
    """Send files and follow to the report; return its address and page."""
    data = {
        "files": [(io.BytesIO(content), name) for name, content in files.items()],
        "unit": 0,
        "business_process": 0,
        **fields,
    }
    answer = client.post(f"{URL}/upload", data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location, client.get(answer.location).get_data(as_text=True)


def test_an_empty_project_says_what_comes_first(site: World) -> None:
    status, page = get(site.client("analyst"), "")
    assert status == 200
    assert heading(page) == "There are no requirements yet"
    assert "Upload files" in page
    assert "Upload files" not in get(site.client("head"), "")[1]


def test_files_come_in_and_the_report_asks_where_they_belong(site: World) -> None:
    client = site.client("analyst")
    unit = site.unit("Billing").id
    address, page = upload(client, {"orders.feature": ORDERS, "billing.feature": BILLING}, unit=unit)
    assert heading(page) == "3 requirements are new or changed"
    orders, billing = document(site, "orders.feature"), document(site, "billing.feature")
    assert {orders.unit_id, billing.unit_id} == {unit}
    chosen = {f"unit-{orders.id}": site.unit("Order entry").id, f"unit-{billing.id}": unit}
    db.session.rollback()
    assert client.post(address, data=chosen).status_code == 303
    assert document(site, "orders.feature").unit_id == site.unit("Order entry").id
    assert document(site, "billing.feature").unit_id == unit


def test_a_file_that_cannot_be_read_is_told_with_its_place(site: World) -> None:
    _address, page = upload(
        site.client("analyst"), {"bad.feature": b"Feature: x\n  Scenario: y\n    When a\n    what\n"}
    )
    assert heading(page) == "The file could not be read"
    assert "line 4, column 5" in page


def test_no_file_at_all_is_refused(site: World) -> None:
    answer = site.client("analyst").post(f"{URL}/upload", data={"unit": 0, "business_process": 0})
    assert answer.status_code == 422
    assert "Choose at least one .feature file" in answer.get_data(as_text=True)


def test_an_archive_is_read_by_a_job_and_the_page_waits_for_it(site: World) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("sales/orders.feature", ORDERS)
        archive.writestr("broken.feature", "nothing")
    client = site.client("analyst")
    address, page = upload(client, {"all.zip": packed.getvalue()})
    assert heading(page) == "We are reading your files"
    db.session.rollback()
    jobs.run_due()
    _status, page = get(client, address)
    assert heading(page) == "2 requirements are new or changed"
    assert "broken.feature" in page
    assert document(site, "sales/orders.feature").version_number == 1


def test_uploading_twice_changes_nothing(site: World) -> None:
    client = site.client("analyst")
    upload(client, {"orders.feature": ORDERS})
    _address, page = upload(client, {"orders.feature": ORDERS})
    assert heading(page) == "Everything was here already"


@pytest.mark.proves("F16")
def test_a_form_sent_twice_leads_to_the_same_report(site: World) -> None:
    client = site.client("analyst")
    places = [upload(client, {"orders.feature": ORDERS}, form_key="once")[0] for _ in range(2)]
    assert places[0] == places[1]


def test_what_waits_is_read_and_approved(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    db.session.rollback()
    client = site.client("head")
    assert heading(get(client, "")[1]) == "2 requirements wait for your approval"
    page = get(client, "waiting")[1]
    assert "Before you start" in page
    answer = client.post(f"{URL}/waiting/approve", data={"chosen": ["1:1", "2:1"]})
    assert answer.status_code == 303
    assert [states(site, row) for row in requirements(site)] == [["approved"], ["approved"]]
    assert heading(get(client, "")[1]) == "2 requirements, all agreed"


def test_asking_for_changes_needs_a_reason_and_keeps_the_choice(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    db.session.rollback()
    client = site.client("head")
    answer = client.post(f"{URL}/waiting/ask_for_changes", data={"chosen": "1:1", "reason": " "})
    assert answer.status_code == 422
    assert re.search(r'value="1:1"\s+checked', answer.get_data(as_text=True))
    answer = client.post(f"{URL}/waiting/ask_for_changes", data={"chosen": "1:1", "reason": "Say the <currency>."})
    assert answer.status_code == 303
    assert states(site, requirements(site)[0]) == ["draft"]
    page = get(site.client("analyst"), "1")[1]
    assert "Say the &lt;currency&gt;." in page
    assert "Send for review" in page


@pytest.mark.parametrize("name", ["billing_head", "manager", "sponsor"])
def test_whoever_is_not_asked_reads_who_is(site: World, name: str) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    db.session.rollback()
    client = site.client(name)
    assert "Hedda Holm can approve this." in get(client, "1")[1]
    assert "disabled" in get(client, "waiting")[1]
    answer = client.post(f"{URL}/waiting/approve", data={"chosen": "1:1"})
    assert answer.status_code == 403
    assert "Hedda Holm can approve this." in answer.get_data(as_text=True)


def test_a_tester_has_no_business_with_approval(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    db.session.rollback()
    assert site.client("tester").post(f"{URL}/waiting/approve", data={"chosen": "1:1"}).status_code == 403
    assert site.client("tester").post(f"{URL}/upload").status_code == 403


def test_a_stranger_finds_nothing(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    document_id = document(site, "orders.feature").id
    db.session.rollback()
    client = site.client("stranger")
    for path in ("", "1", "waiting", "find", f"documents/{document_id}", f"documents/{document_id}/versions/1"):
        assert get(client, path)[0] == 404
    own = f"/projects/OTH/requirements/documents/{document_id}"
    assert client.get(own).status_code == 404


def test_a_version_that_came_in_meanwhile_is_not_approved_unread(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    bring_in(site, {"orders.feature": edited(ORDERS, "3 pieces\n", "4 pieces\n")})
    db.session.rollback()
    answer = site.client("head").post(f"{URL}/1/approve", data={"version": 1})
    assert answer.status_code == 409
    assert states(site, requirements(site)[0]) == ["superseded", "in_review"]


def test_typing_a_document_in(site: World) -> None:
    client = site.client("analyst")
    source = ORDERS.decode().replace("\n", "\r\n")
    form = {
        "path": "",
        "source": source,
        "unit": site.unit("Order entry").id,
        "business_process": 0,
        "version_number": 0,
    }
    db.session.rollback()
    answer = client.post(f"{URL}/new", data={**form, "do": "preview"})
    assert answer.status_code == 200
    assert "You should see" in answer.get_data(as_text=True)
    assert requirements(site) == []
    db.session.rollback()
    answer = client.post(f"{URL}/new", data={**form, "do": "review"})
    assert answer.status_code == 303
    row = document(site, "orders.feature")
    assert row.version_number == 1
    assert states(site, requirements(site)[0]) == ["in_review"]
    page = client.get(answer.location).get_data(as_text=True)
    assert heading(page) == "Orders"


def test_a_taken_name_and_an_odd_one_are_refused_beside_the_field(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    db.session.rollback()
    client = site.client("analyst")
    for path, words in {
        "orders": "There is a document orders.feature already",
        "../x": "leads out of its folder",
    }.items():
        form = {"path": path, "source": BILLING.decode(), "unit": 0, "business_process": 0, "version_number": 0}
        answer = client.post(f"{URL}/new", data=form)
        page = answer.get_data(as_text=True)
        assert (answer.status_code, words in page, "An invoice is made every night" in page) == (422, True, True)


def test_a_text_that_cannot_be_read_stays_with_its_problem(site: World) -> None:
    form = {
        "path": "x",
        "source": "Feature: A\n  Scenario: B\n    When c\n    d <script>\n",
        "unit": 0,
        "business_process": 0,
    }
    answer = site.client("analyst").post(f"{URL}/new", data={**form, "version_number": 0})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert heading(page) == "Line 4 cannot be read yet"
    assert "Line 4, column 5:" in page
    assert "d &lt;script&gt;" in page


def test_changing_a_text_and_keeping_it_as_a_draft(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS.replace(b"\n", b"\r\n")})
    approve_all(site)
    document_id = document(site, "orders.feature").id
    db.session.rollback()
    client = site.client("analyst")
    status, _page = get(client, f"documents/{document_id}/edit")
    assert status == 200
    changed = edited(ORDERS, "3 pieces\n", "5 pieces\n").decode()
    data = {"source": changed, "version_number": 1, "do": "draft"}
    assert client.post(f"{URL}/documents/{document_id}/edit", data=data).status_code == 303
    assert states(site, requirements(site)[0]) == ["approved", "draft"]
    stored = get(client, f"documents/{document_id}/versions/2")[1]
    assert stored.encode() == changed.replace("\n", "\r\n").encode()
    assert client.post(f"{URL}/1/send_for_review").status_code == 303
    assert states(site, requirements(site)[0]) == ["approved", "in_review"]


def test_a_stale_form_shows_both_texts(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    document_id = document(site, "orders.feature").id
    bring_in(site, {"orders.feature": edited(ORDERS, "3 pieces\n", "4 pieces\n")})
    db.session.rollback()
    client = site.client("analyst")
    mine = edited(ORDERS, "3 pieces\n", "999 pieces\n").decode()
    address = f"{URL}/documents/{document_id}/edit"
    answer = client.post(address, data={"source": mine, "version_number": 1, "do": "review"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "999 pieces" in page
    assert "4 pieces" in page
    assert 'name="version_number" value="2"' in page
    answer = client.post(address, data={"source": mine, "version_number": 2, "do": "review"})
    assert answer.status_code == 303


def test_what_two_people_changed_is_put_together_and_both_are_told_of(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    document_id = document(site, "orders.feature").id
    db.session.rollback()
    address = f"{URL}/documents/{document_id}/edit"
    theirs, mine = edited(ORDERS, "by mail", "by telephone"), edited(ORDERS, "3 pieces\n", "4 pieces\n")
    form = {"version_number": 1, "do": "review"}
    assert site.client("analyst").post(address, data={**form, "source": theirs.decode()}).status_code == 303
    answer = site.client("analyst2").post(address, data={**form, "source": mine.decode()})
    both = edited(theirs, "3 pieces\n", "4 pieces\n").decode()
    assert answer.status_code == 409
    assert typed(answer.text) == both
    assert answer.text.count("by telephone") > both.count("by telephone")
    form = {"version_number": 2, "do": "review", "source": typed(answer.text)}
    assert site.client("analyst2").post(address, data=form).status_code == 303
    assert get(site.client("analyst"), f"documents/{document_id}/versions/3")[1] == both
    trail = site.client("auditor").get("/projects/PAY/audit/").text
    assert "Anna Analyst" in trail
    assert "Ove Olsen" in trail


def typed(page: str) -> str:
    """Return the text that stands in the editor, as a browser reads it."""
    found = re.search(r'<textarea[^>]* name="source"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize("seen", ["0", "-1", "7", "99999999999999999999", "nonsense"])
def test_a_version_that_never_was_loses_nothing(site: World, seen: str) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    document_id = document(site, "orders.feature").id
    db.session.rollback()
    form = {"version_number": seen, "source": "Feature: Mine\n", "do": "review"}
    answer = site.client("analyst").post(f"{URL}/documents/{document_id}/edit", data=form)
    assert answer.status_code in (409, 422)
    assert "Feature: Mine" in typed(answer.text)


@pytest.mark.proves("T12")
def test_both_texts_are_shown_as_text(site: World) -> None:
    bring_in(site, {"orders.feature": edited(ORDERS, "by mail", "</textarea><script>alert(1)</script>")})
    document_id = document(site, "orders.feature").id
    db.session.rollback()
    form = {"version_number": 2, "source": "Feature: \"'><svg/onload=alert(2)>\n", "do": "review"}
    answer = site.client("analyst").post(f"{URL}/documents/{document_id}/edit", data=form)
    assert answer.status_code == 409
    assert "<script>alert" not in answer.text
    assert "<svg/onload" not in answer.text
    assert "&lt;svg/onload" in answer.text


def test_a_reason_for_an_older_version_is_kept(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    bring_in(site, {"orders.feature": edited(ORDERS, "by mail", "by telephone")})
    db.session.rollback()
    form = {"version": 1, "reason": "Which mail address?"}
    answer = site.client("head").post(f"{URL}/1/ask_for_changes", data=form)
    assert answer.status_code == 409
    assert "Somebody saved this while you were writing." in answer.text
    assert answer.text.count("Which mail address?") == 2


def test_the_editor_asks_which_requirement_is_which(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS})
    approve_all(site)
    document_id = document(site, "orders.feature").id
    db.session.rollback()
    client = site.client("analyst")
    text = edited(ORDERS, "An order is confirmed", "An order is confirmed at once")
    mine = edited(text, "confirmed by mail", "confirmed by e-mail").decode()
    address = f"{URL}/documents/{document_id}/edit"
    answer = client.post(address, data={"source": mine, "version_number": 1, "do": "review"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    name = re.search(r'name="(same-1-\d+-\w+)" value="yes"', page)
    assert name
    answer = client.post(address, data={"source": mine, "version_number": 1, "do": "review", name[1]: "yes"})
    assert answer.status_code == 303
    assert requirement(site, "An order is confirmed at once").number == 1
    assert states(site, requirements(site)[0]) == ["approved", "in_review"]
    assert not any(row.removal_asked for row in requirements(site))


def test_finding_by_words_number_and_standing(site: World) -> None:
    bring_in(site, {"orders.feature": ORDERS, "billing.feature": BILLING})
    db.session.rollback()
    client = site.client("analyst")
    assert heading(get(client, "find?q=invoice")[1]) == "One requirement found"
    assert heading(get(client, "find?q=PAY-R2")[1]) == "One requirement found"
    assert heading(get(client, "find?standing=in_review")[1]) == "3 requirements found"
    assert heading(get(client, "find?q=100%25")[1]) == "0 requirements found"
    assert get(client, "find?unit=x&page=-1&standing=odd")[0] == 200


def test_hostile_names_are_shown_as_text(site: World) -> None:
    name = "<script>alert(1)</script> =1+1 \u202eltr " + "n" * 10_000
    text = f"Feature: <b>F</b>\n\n  Scenario: {name}\n    When you look at <img src=x>\n    Then it is there\n"
    bring_in(site, {"<i>.feature": text.encode()})
    approve_all(site, "head")
    document_id = document(site, "<i>.feature").id
    db.session.rollback()
    client = site.client("analyst")
    for path in ("", "1", "find", f"documents/{document_id}", f"documents/{document_id}/edit", "/projects/PAY/tests/1"):
        status, page = get(client, path)
        assert status == 200
        assert "<script>alert" not in page
        assert "<img src" not in page
        assert "<b>F" not in page


@pytest.mark.parametrize("path", ["", "find", "waiting", "/projects/PAY/tests/"])
def test_statements_do_not_grow_with_rows(site: World, path: str) -> None:
    few = _count(site, "head", path, 3)
    many = _count(site, "head", path, 60)
    assert few == many


def _count(world: World, name: str, path: str, scenarios: int) -> int:
    from sqlalchemy import event

    body = "".join(f"\n  Scenario: S{n}\n    When {n} is entered\n    Then {n} is shown\n" for n in range(scenarios))
    text = f"Feature: F{scenarios}\n{body}".encode()
    bring_in(world, {f"f{scenarios}-{n}.feature": text for n in range(3)})
    if path.startswith("/"):
        approve_all(world)
    db.session.rollback()
    client = world.client(name)
    get(client, path)
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    assert get(client, path)[0] == 200
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_lists_on_both_databases(world: World) -> None:
    bring_in(world, {"orders.feature": ORDERS, "billing.feature": BILLING})
    approve_all(world)
    bring_in(world, {"orders.feature": edited(ORDERS, "by mail", "by letter")[:-60]})
    document_id = document(world, "orders.feature").id
    db.session.rollback()
    client = world.client("head")
    for path in ("", "find?q=order&standing=in_review", "waiting", f"documents/{document_id}", "1", "imports/1"):
        assert get(client, path)[0] == (404 if path.startswith("imports") else 200)
    for path in ("", "?state=ready&q=total", "1", "changed"):
        assert get(client, f"/projects/PAY/tests/{path}")[0] == 200
