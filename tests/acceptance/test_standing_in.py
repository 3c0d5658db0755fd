"""Steps of features/signoffs/standing_in: deputies, consent, statements and the signers' copies."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import asking
from tests.signoffs.test_signing import closed_cycle
from tests.world import PASSWORD, World
from uatapp.audit.models import AuditEntry
from uatapp.jobs import service as jobs
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.signoffs import queries, service, statements
from uatapp.signoffs.models import Consent
from uatapp.signoffs.rules import Choice, Owed
from uatapp.signoffs.states import Decision, SignoffState

scenarios("signoffs/standing_in.feature")

READERS = {"Henrik": "sponsor", "Percy": "partner_sponsor"}


@given("a closed cycle in which Marta has passed 2 tests")
def closed(site: World) -> None:
    closed_cycle(site)


def _page(site: World, name: str, number: int) -> str:
    return site.client(name).get(f"/projects/PAY/signoffs/{number}").get_data(as_text=True)


def _post(site: World, name: str, number: int, **fields: str) -> Any:
    code = site.code(name)  # sets the second step up where there is none
    hidden = dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', _page(site, name, number)))
    data = {**hidden, "read": "1", "password": PASSWORD, "code": code, "decision": "accepted", **fields}
    return site.client(name).post(f"/projects/PAY/signoffs/{number}/sign", data=data)


@given(parsers.parse('Henrik is asked to sign, and names Birgit as his deputy for this week because of "{why}"'))
def named(site: World, told: dict[str, Any], why: str) -> None:
    told["number"] = asking.ask(site, "sponsor")
    today = clock.today(site.project.zone)
    data = {"person": site.user("sponsor").uid, "deputy": site.user("sponsor2").uid, "reason": why}
    data |= {"from_on": today.isoformat(), "until_on": (today + timedelta(days=6)).isoformat()}
    answer = site.client("sponsor").post("/projects/PAY/deputies/", data=data)
    assert answer.status_code == 303
    assert "Birgit Aune for Henrik Dahl" in site.client("auditor").get("/projects/PAY/deputies/").text


@when("Birgit signs on the page, which says that she signs for Henrik")
def birgit_signs(site: World, told: dict[str, Any]) -> None:
    assert "You sign for Henrik Dahl, whose deputy you are" in _page(site, "sponsor2", told["number"])
    assert _post(site, "sponsor2", told["number"]).status_code == 303


@then("the page, the certificate and the audit trail say that Birgit Aune signed for Henrik Dahl")
def says_for(site: World, told: dict[str, Any]) -> None:
    page = re.sub(r"<[^>]+>|\s+", " ", _page(site, "manager", told["number"]))
    assert re.search(r"Birgit Aune\s+for Henrik Dahl", page)
    certificate = queries.find_certificate(queries.get_signoff(site.project.id, told["number"]).id)
    assert certificate is not None
    [signature] = json.loads(certificate.facts)["signatures"]
    assert (signature["name"], signature["for_whom"]) == ("Birgit Aune", "Henrik Dahl")
    assert signature["consent"].startswith(statements.CONSENT_VERSION)
    bodies = db.session.scalars(sa.select(AuditEntry.body).where(AuditEntry.action == "signoff.signed_for")).all()
    assert ["Henrik Dahl" in body and "Birgit Aune" in body for body in bodies] == [True]


@then("Henrik cannot sign a second time")
def henrik_cannot(site: World, told: dict[str, Any]) -> None:
    assert 'name="password"' not in _page(site, "sponsor", told["number"])
    assert queries.get_signoff(site.project.id, told["number"]).state is SignoffState.ACCEPTED


@given("Henrik and Percy are asked to sign")
def both_asked(site: World, told: dict[str, Any]) -> None:
    told["number"] = asking.ask(site, "sponsor", "partner_sponsor")


@then(parsers.re(r'(?P<name>Henrik|Percy) reads "(?P<words>[^"]+)"$'))
def reads(site: World, told: dict[str, Any], name: str, words: str) -> None:
    told[name] = words
    assert words in _page(site, READERS[name], told["number"])


@then("neither reads the other's words")
def not_the_others(site: World, told: dict[str, Any]) -> None:
    assert told["Percy"] not in _page(site, "sponsor", told["number"])
    assert told["Henrik"] not in _page(site, "partner_sponsor", told["number"])


@given("Hedda, who has never signed, is asked to sign")
def hedda(site: World, told: dict[str, Any]) -> None:
    with unit_of_work(site.actor("manager")):
        members.grant(site.project, asking.members(site, "head")[0], by=site.actor("manager"))
    told["number"] = asking.ask(site, "head")


@when("she accepts on the page without agreeing to sign electronically")
def without(site: World, told: dict[str, Any]) -> None:
    told["answer"] = _post(site, "head", told["number"], reasons="Looks good to me")


@then("nothing is signed, she is told why, and what she typed is still there")
def told_why(site: World, told: dict[str, Any]) -> None:
    assert told["answer"].status_code == 422
    for words in ("Nothing was signed", "Tick that you agree to sign electronically", "Looks good to me"):
        assert words in told["answer"].text
    assert not queries.signatures(queries.get_signoff(site.project.id, told["number"]).id)
    assert db.session.scalar(sa.select(Consent).where(Consent.user_id == site.user_ids["head"])) is None


@when("she agrees and accepts")
def agrees(site: World, told: dict[str, Any]) -> None:
    assert _post(site, "head", told["number"], consent="1").status_code == 303


@then("her signature stands, with the words she agreed to kept")
def kept(site: World, told: dict[str, Any]) -> None:
    assert queries.get_signoff(site.project.id, told["number"]).state is SignoffState.ACCEPTED
    row = db.session.scalars(sa.select(Consent).where(Consent.user_id == site.user_ids["head"])).one()
    assert (row.text, row.version) == (statements.consent(), statements.CONSENT_VERSION)


@then("a second request does not ask her again")
def not_again(site: World, told: dict[str, Any]) -> None:
    told["second"] = asking.ask(site, "head")
    assert 'name="consent"' not in _page(site, "head", told["second"])


@then("it does when the words have a new version")
def new_version(site: World, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(statements.CONSENTS, "2099-01", "I agree anew.")
    monkeypatch.setattr(statements, "CONSENT_VERSION", "2099-01")
    assert "I agree anew." in _page(site, "head", told["second"])


@when(parsers.parse('Henrik accepts under the condition that "{what}" come by "{owner}"'))
def conditional(site: World, told: dict[str, Any], what: str, owner: str) -> None:
    owed = Owed(what, owner, clock.today(site.project.zone) + timedelta(days=9))
    asking.sign(site, "sponsor", told["number"], Choice(Decision.ACCEPTED_WITH_CONDITIONS, "", (owed,)))


@then(parsers.parse('Percy reads "{words}" and what is owed'))
def reads_condition(site: World, told: dict[str, Any], words: str) -> None:
    page = _page(site, "partner_sponsor", told["number"])
    assert words in page
    assert "Page numbers" in page


@given("Henrik was asked, has signed and has left the project")
def has_left(site: World, told: dict[str, Any]) -> None:
    told["number"] = asking.ask(site, "sponsor")
    asking.sign(site, "sponsor", told["number"])
    db.session.rollback()
    jobs.run_due()
    with unit_of_work(site.actor("manager")):
        members.remove(site.project, asking.members(site, "sponsor")[0], by=site.actor("manager"))


@then("the project does not exist for him any more")
def gone(site: World, told: dict[str, Any]) -> None:
    assert site.client("sponsor").get(f"/projects/PAY/signoffs/{told['number']}").status_code == 404


@then("he finds what he signed, with its fingerprint, and the certificate")
def finds(site: World, told: dict[str, Any]) -> None:
    signoff = queries.get_signoff(site.project.id, told["number"])
    certificate, snapshot = queries.find_certificate(signoff.id), queries.get_snapshot(signoff.id)
    assert certificate is not None
    told["address"] = f"/signed/{certificate.check_code}/certificate.pdf"
    sha256 = snapshot.sha256
    page = site.client("sponsor").get("/signed/").get_data(as_text=True)
    assert sha256 in re.sub(r"<[^>]+>|\s+", "", page)
    assert told["address"] in page
    assert site.client("sponsor").get(told["address"]).data.startswith(b"%PDF")


@then("nobody else can fetch it there")
def nobody_else(site: World, told: dict[str, Any]) -> None:
    assert [site.client(n).get(told["address"]).status_code for n in ("partner_manager", "stranger")] == [404, 404]
    assert service.whose_turn(site.project, site.actor("sponsor2")) == []
