"""What a signature shows, what it is bound to, and whose it is: the rows about signatures, by number."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pypdf
import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.accounts.reading import actions
from tests.signoffs.test_signing import bound, closed_cycle, request, sign
from tests.threats.full import Full
from tests.threats.two import Two
from tests.world import PASSWORD, World
from uatapp.accounts import service as accounts
from uatapp.audit.models import AuditEntry
from uatapp.cycles import queries as cycles
from uatapp.kernel import seal
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.permissions import Role, Side
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.signoffs import queries, service, statements
from uatapp.signoffs.models import Certificate, CertificateFile, Signature
from uatapp.signoffs.states import Decision, SignoffState

SIGNED = "/projects/PAY/signoffs/1"
AGAIN = Path(__file__).with_name("again.py")


def tight(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def certificate(full: Full) -> Certificate:
    found = queries.find_certificate(queries.get_signoff(full.project.id, 1).id)
    assert found is not None
    return found


def pdf(full: Full) -> bytes:
    return full.client("sponsor").get(f"{SIGNED}/certificate.pdf").data


@pytest.mark.proves("E1")
def test_name_instant_and_meaning_stand_on_every_form_and_are_the_same(two_projects: Two) -> None:
    full = two_projects.own
    row = db.session.scalars(sa.select(Signature).where(Signature.project_id == full.project.id)).one()
    facts = json.loads(certificate(full).facts)["signatures"][0]
    data, public = pdf(full), full.client().get(f"/check/{certificate(full).check_code}").text
    paper = tight(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages))
    keys = full.app.config["UATAPP"].keys_folder / "seal-certificate.pem"
    carried = json.loads(seal.check_pdf(data, [keys.read_bytes()]).attachments["signatures.json"])["signatures"][0]
    page = full.client("sponsor").get(SIGNED).text
    for what in (row.printed_name, row.organisation, row.statement):
        assert what in page
        assert what in public
        assert tight(what) in paper
        assert what in (carried["name"], carried["organisation"], carried["statement"])
    assert carried["at"] == facts["at"] == row.at.isoformat(timespec="microseconds")
    assert carried["at"].endswith("+00:00")
    assert facts["local"] in public
    assert tight(facts["local"]) in paper
    assert re.search(r"Signed \d+ \w+ \d{4}, \d\d:\d\d CES?T", page)


@pytest.mark.proves("E2")
@pytest.mark.parametrize("who", ["sponsor", "auditor", "manager", "engineer"])
def test_wherever_a_signature_is_mentioned_the_whole_of_it_can_be_read(two_projects: Two, who: str) -> None:
    full, seen, mentioned = two_projects.own, {"/projects/PAY/overview"}, []
    browser, waiting = full.client(who), ["/projects/PAY/overview", "/projects/PAY/signoffs/"]
    statement = db.session.scalars(sa.select(Signature.statement)).first()
    while waiting and len(seen) < 60:
        path = waiting.pop()
        answer = browser.get(path)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        links = [link.partition("#")[0] for link in re.findall(r'href="(/projects/PAY/[^"]*)"', answer.text)]
        new = [link for link in links if link not in seen and "?" not in link]
        seen.update(new)
        waiting += new
        leads = any(link == SIGNED or link.startswith(f"{SIGNED}/") for link in (path, *links))
        if "PAY-S1" in answer.text and not leads:
            assert "/audit/" in path, f"{path} speaks of the decision and does not lead to it"
        if SIGNED in (path, *links):
            mentioned.append(path)
    assert SIGNED in mentioned
    assert statement is not None
    assert statement in browser.get(SIGNED).text


@pytest.mark.proves("E2")
def test_the_audit_trail_tells_who_signed_what_when_and_the_table_of_results_claims_no_signature(
    two_projects: Two,
) -> None:
    full = two_projects.own
    told = re.sub(r"<[^>]+>", "", full.client("auditor").get("/projects/PAY/audit/?subject=PAY-S1").text)
    assert re.search(r"signed PAY-S1: accepted.with.conditions", told)
    assert "Henrik Dahl" in told
    assert re.search(r"\d\d:\d\d(:\d\d)? CES?T", told)
    book = openpyxl.load_workbook(io.BytesIO(full.client("auditor").get("/projects/PAY/results.xlsx").data))
    words = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell)
    assert "PAY-R1" in words
    assert not re.search(r"PAY-S\d|Henrik Dahl", words)


@pytest.mark.proves("E3")
def test_other_words_tomorrow_leave_what_was_signed_as_it_was(
    fresh_projects: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = fresh_projects.own
    before = db.session.execute(sa.select(Signature.statement, Signature.statement_version)).all()
    key = (Side.CUSTOMER, Decision.ACCEPTED_WITH_CONDITIONS)
    assert statements.statement(*key, "Nordwind") in [row.statement for row in before]
    monkeypatch.setitem(statements.STATEMENTS, key, "I agree for {organisation}.")
    monkeypatch.setattr(statements, "VERSION", "2099-01")
    assert db.session.execute(sa.select(Signature.statement, Signature.statement_version)).all() == before
    page = full.client("sponsor").get(SIGNED).text
    assert before[0].statement in page
    assert "I agree for Nordwind" not in page
    assert verify(Options(project="PAY")).findings == []


def form(world: World, name: str, number: int) -> dict[str, str]:
    """Return the signing form as a person's page has it, without what proves who they are."""
    page = world.client(name).get(f"/projects/PAY/signoffs/{number}").text
    return {**dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', page)), "decision": "accepted", "read": "1"}


def press(world: World, name: str, number: int, **fields: str) -> TestResponse:
    return world.client(name).post(f"/projects/PAY/signoffs/{number}/sign", data=form(world, name, number) | fields)


def proof(world: World, name: str) -> dict[str, str]:
    return {"password": PASSWORD, "code": world.code(name)}


@pytest.mark.proves("E4", "E6", "E32")
def test_a_session_alone_signs_nothing_not_even_after_a_signature(site: World) -> None:
    closed_cycle(site)
    first, second = request(site, "sponsor"), request(site, "sponsor")
    assert press(site, "sponsor", first).status_code == 422
    assert actions().count("signoff.signing_denied") == 1
    unread = press(site, "sponsor", first, read="", **proof(site, "sponsor"))
    assert "Tick that you have read" in unread.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 0
    assert press(site, "sponsor", first, **proof(site, "sponsor")).status_code == 303
    assert press(site, "sponsor", second).status_code == 422
    assert actions().count("signoff.signing_denied") == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 1


@pytest.mark.proves("E5")
def test_the_form_of_one_document_signs_no_other(site: World) -> None:
    closed_cycle(site)
    one, other = request(site, "sponsor"), request(site, "sponsor")
    shown = form(site, "sponsor", one) | proof(site, "sponsor")
    assert site.client("sponsor").post(f"/projects/PAY/signoffs/{other}/sign", data=shown).status_code == 403
    own = form(site, "sponsor", other)["sha256"]
    moved = site.client("sponsor").post(f"/projects/PAY/signoffs/{other}/sign", data=shown | {"sha256": own})
    assert moved.status_code == 403
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 0


@pytest.mark.proves("E9")
def test_a_name_that_changes_and_an_account_that_ends_leave_old_signatures_alone(fresh_projects: Two) -> None:
    full = fresh_projects.own
    uid, old = full.user("sponsor").uid, pdf(full)
    full.client("sponsor").post("/account", data={"name": "Henrik Newname", "zone": "UTC", "look": "auto"})
    page = full.client("manager").get(SIGNED).text
    assert "Henrik Dahl" in page.partition('id="signers"')[2].partition("</section>")[0]
    with unit_of_work(SYSTEM):
        accounts.stop_access(full.user("sponsor"), by=SYSTEM)
    with pytest.raises(Exception, match=r"(?i)already|account"), unit_of_work(SYSTEM):
        accounts.add_user(
            "sponsor@example.com", "Somebody Else", by=SYSTEM, organisation=full.user("manager").organisation
        )
    assert db.session.scalars(sa.select(Signature.signer_uid).where(Signature.printed_name == "Henrik Dahl")).all() == [
        uid
    ]
    assert full.client("manager").get(f"{SIGNED}/certificate.pdf").data == old
    assert verify(Options(project="PAY")).findings == []


@pytest.mark.proves("E11")
def test_an_invited_person_cannot_sign_and_who_gave_the_right_is_told(site: World) -> None:
    by = site.actor("manager")
    with unit_of_work(by):
        invited = members.invite(site.project, "new.sponsor@example.com", "Nils New", {Role.SPONSOR}, by=by)
        user_id = invited.user_id
    with pytest.raises(Refused, match="not accepted the invitation"), unit_of_work(by):
        member = find_membership(site.project.id, user_id)
        assert member is not None
        members.grant(site.project, member, by=by)
    closed_cycle(site)
    with unit_of_work(by), pytest.raises(Invalid, match="does not have the right to sign"):
        member = find_membership(site.project.id, user_id)
        assert member is not None
        service.request(site.project, "Early", [cycles.get_cycle(site.project.id, 1, lock=True)], [member], by=by)
    known = find_membership(site.project.id, site.user_ids["auditor"])
    assert known is not None
    with unit_of_work(by):
        members.grant(site.project, known, by=by)
    granted = sa.select(AuditEntry.body).where(AuditEntry.action == "member.signing_right_granted")
    newest = json.loads(db.session.scalars(granted.order_by(AuditEntry.id.desc())).first() or "{}")
    assert (newest["actor"]["name"], newest["subject"]) == ("Anders Vik", site.user("auditor").uid)


@pytest.mark.proves("E12")
def test_anybody_computes_the_hash_of_what_was_signed_again(two_projects: Two, tmp_path: Path) -> None:
    full = two_projects.own
    data = pdf(full)
    keys = full.app.config["UATAPP"].keys_folder / "seal-certificate.pem"
    snapshot = seal.check_pdf(data, [keys.read_bytes()]).attachments["snapshot.json"]
    pretty = tmp_path / "snapshot.json"
    pretty.write_text(json.dumps(json.loads(snapshot), indent=2, ensure_ascii=False, sort_keys=False), encoding="utf-8")
    told = subprocess.run([sys.executable, "-I", str(AGAIN), str(pretty)], capture_output=True, text=True, check=True)
    hashed = told.stdout.strip()
    assert hashed == json.loads(certificate(full).facts)["snapshot_sha256"]
    page = tight(full.client("sponsor").get(SIGNED).text)
    assert hashed in page
    assert hashed in tight(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages))
    pretty.write_text(pretty.read_text().replace("Henrik Dahl", "Henrik Dahr"))
    other = subprocess.run([sys.executable, "-I", str(AGAIN), str(pretty)], capture_output=True, text=True, check=True)
    assert other.stdout.strip() != hashed


@pytest.mark.proves("E33")
def test_who_signed_keeps_the_copy_when_the_right_to_sign_ends(fresh_projects: Two) -> None:
    full = fresh_projects.own
    before = pdf(full)
    with unit_of_work(full.actor("manager")):
        member = find_membership(full.project.id, full.user_ids["sponsor"])
        assert member is not None
        members.withdraw(full.project, member, by=full.actor("manager"))
    assert pdf(full) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CertificateFile)) == 2


@pytest.mark.proves("E36")
def test_access_that_is_stopped_between_page_and_press_signs_nothing(site: World) -> None:
    closed_cycle(site)
    number = request(site, "sponsor")
    browser, shown = site.client("sponsor"), form(site, "sponsor", number) | proof(site, "sponsor")
    with unit_of_work(SYSTEM):
        accounts.stop_access(site.user("sponsor"), by=SYSTEM)
    answer = browser.post(f"/projects/PAY/signoffs/{number}/sign", data=shown)
    assert (answer.status_code, answer.location[:8]) == (303, "/sign-in")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 0


@pytest.mark.proves("E21")
def test_a_rejection_stays_beside_the_acceptance_that_follows(site: World) -> None:
    closed_cycle(site)
    first = request(site, "sponsor", "sponsor2")
    sign(site, "sponsor", first, **bound(site, "sponsor", first))
    answer = press(site, "sponsor2", first, **proof(site, "sponsor2"), decision="rejected", reasons="Totals are wrong")
    assert answer.status_code == 303
    second = request(site, "sponsor")
    sign(site, "sponsor", second, **bound(site, "sponsor", second))
    states = [queries.get_signoff(site.project.id, n).state for n in (first, second)]
    assert states == [SignoffState.REJECTED, SignoffState.ACCEPTED]
    page = site.client("manager").get(f"/projects/PAY/signoffs/{first}").text
    assert "Totals are wrong" in page
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 3
