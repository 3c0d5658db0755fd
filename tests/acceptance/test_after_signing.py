"""Steps of features/signoffs: conditions, and what comes after a certificate."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
import time_machine
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import signing
from tests.world import PASSWORD, World
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.signoffs import acts, queries, telling
from uatapp.signoffs.models import Addendum
from uatapp.signoffs.states import SignoffState

scenarios("signoffs/conditions.feature", "signoffs/series.feature")

PEOPLE = {"Henrik": "sponsor", "Percy": "partner_sponsor", "Paula": "partner_manager", "Anders": "manager"}


@given(parsers.parse('Henrik has accepted under the condition that "{what}" is owed by "{owner}"'))
def accepted_with_condition(site: World, told: dict[str, Any], what: str, owner: str) -> None:
    due_on = signing.in_days(site, 5)
    told["number"] = signing.accepted(site, "sponsor", choice=signing.owed(what, owner=owner, due_on=due_on))


@given("Henrik and Percy have accepted")
def both_accepted(site: World, told: dict[str, Any]) -> None:
    told["number"] = signing.accepted(site, "sponsor", "partner_sponsor")
    certificate = queries.find_certificate(signing.get(site, told["number"]).id)
    assert certificate is not None
    told["facts"] = bytes(certificate.facts)


@given("one of its requirements has changed")
def requirement_changed(site: World) -> None:
    signing.change_a_requirement(site)


@given("sign-off was requested again and accepted")
def accepted_again(site: World, told: dict[str, Any]) -> None:
    told["second"] = signing.request(site, "sponsor")
    signing.sign(site, "sponsor", told["second"])


@given("the condition is closed")
def condition_closed(site: World, told: dict[str, Any]) -> None:
    signing.close_condition(site, told["number"])


@given("the condition was due 2 days ago")
def was_due(site: World, told: dict[str, Any]) -> None:
    told["at"] = clock.now() + timedelta(days=7)


def _post(site: World, told: dict[str, Any], who: str, path: str, **data: Any) -> None:
    address = f"/projects/PAY/signoffs/{told['number']}/{path}"
    told["answer"] = site.client(PEOPLE[who]).post(address, data=data, content_type="multipart/form-data")


def _page(site: World, who: str, path: str) -> str:
    return site.client(PEOPLE[who]).get(f"/projects/PAY/signoffs/{path}").get_data(as_text=True)


@when(parsers.parse("{who} reports the condition as done with a file that shows it"))
def reports_with_file(site: World, told: dict[str, Any], who: str) -> None:
    file = (BytesIO(b"page 1 of 2\n"), "invoice.txt")
    _post(site, told, who, "conditions/1/report", text="In release 1.2", files=file)
    assert told["answer"].status_code == 303


@when(parsers.parse("{who} reports the condition as done"))
def reports(site: World, told: dict[str, Any], who: str) -> None:
    _post(site, told, who, "conditions/1/report", text="In release 1.2")


@when(parsers.parse("{who} closes the condition"))
def closes(site: World, told: dict[str, Any], who: str) -> None:
    _post(site, told, who, "conditions/1/close", text="")


@when(parsers.parse('{who} sends it back because "{why}"'))
def sends_back(site: World, told: dict[str, Any], who: str, why: str) -> None:
    _post(site, told, who, "conditions/1/send_back", text=why)
    assert told["answer"].status_code == 303


@then(parsers.parse("the register says that it is {words}"))
def register_says(site: World, words: str) -> None:
    for who in ("Henrik", "Paula"):
        rows = _page(site, who, "conditions").partition('class="rows"')[2]
        assert words.capitalize() in rows


@then(parsers.parse('{who} reads "{text}" on its page'))
def reads_on_page(site: World, told: dict[str, Any], who: str, text: str) -> None:
    assert text in _page(site, who, f"{told['number']}/conditions/1")


@when("Henrik asks for the follow-up signature")
def asks_follow_up(site: World, told: dict[str, Any]) -> None:
    _post(site, told, "Henrik", "acts", kind="closing")


@when("Henrik asks to confirm what changed")
def asks_to_confirm(site: World, told: dict[str, Any]) -> None:
    _post(site, told, "Henrik", "acts", kind="reconfirmation")
    assert told["answer"].status_code == 303


def _sign(site: World, told: dict[str, Any], who: str, **fields: str) -> None:
    number = acts.list_acts(signing.get(site, told["number"]).id)[-1][0].number
    page = _page(site, who, f"{told['number']}/acts/{number}")
    hidden = dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', page))
    given_fields = {"read": "1", "password": PASSWORD, "code": site.code(PEOPLE[who]), **fields}
    _post(site, told, who, f"acts/{number}/sign", **hidden, **given_fields)


@when(parsers.parse("{who} signs it with his password"))
@when(parsers.re(r"(?P<who>Henrik|Percy) signs it$"))
def signs(site: World, told: dict[str, Any], who: str) -> None:
    _sign(site, told, who)
    assert told["answer"].status_code == 303


@when("Henrik and Percy sign it")
def both_sign(site: World, told: dict[str, Any]) -> None:
    signs(site, told, "Henrik")
    signs(site, told, "Percy")


@when("Henrik signs it with a wrong password")
def signs_wrongly(site: World, told: dict[str, Any]) -> None:
    _sign(site, told, "Henrik", password="not my password")


@when("Henrik signs it without a reason")
def signs_without_reason(site: World, told: dict[str, Any]) -> None:
    _sign(site, told, "Henrik")


@when(parsers.parse('Henrik signs it and says "{why}"'))
def signs_with_reason(site: World, told: dict[str, Any], why: str) -> None:
    _sign(site, told, "Henrik", **{"waiver-PAY-R1": why})
    assert told["answer"].status_code == 303


@when(parsers.parse('Henrik withdraws because "{why}"'))
def withdraws(site: World, told: dict[str, Any], why: str) -> None:
    _post(site, told, "Henrik", "acts", kind="withdrawal", reasons=why)
    assert told["answer"].status_code == 303
    signs(site, told, "Henrik")


@when("the change has been tested and passed")
def change_tested(site: World) -> None:
    signing.retest_the_change(site)


@when("the daily reminders run twice")
def reminders(site: World, told: dict[str, Any]) -> None:
    with time_machine.travel(told["at"], tick=False):
        telling.remind()
        telling.remind()


@then('Paula and Anders have one mail each that says "2 days overdue"')
def mails(site: World) -> None:
    db.session.rollback()
    rows = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.subject.contains("condition"))).all()
    assert sorted(row.recipient for row in rows) == ["manager@example.com", "partner.manager@example.com"]
    assert all("2 days overdue" in row.subject and "2 days overdue" in row.text for row in rows)


@then("both sides read on the register that it is overdue")
def read_overdue(site: World, told: dict[str, Any]) -> None:
    with time_machine.travel(told["at"], tick=False):
        pages = [_page(site, who, "conditions") for who in ("Henrik", "Paula")]
    assert all("One condition is overdue" in page and "2 days overdue" in page for page in pages)


@then(parsers.re(r"(she|he) is refused"))
def is_refused(told: dict[str, Any]) -> None:
    assert told["answer"].status_code == 403


@then("he is told that every condition has to be closed first")
def told_to_close(told: dict[str, Any]) -> None:
    assert told["answer"].status_code == 409
    assert "Every condition has to be closed first" in told["answer"].get_data(as_text=True)


@then("the sign-off is accepted")
def is_accepted(site: World, told: dict[str, Any]) -> None:
    assert signing.state(site, told["number"]) is SignoffState.ACCEPTED


@then(parsers.re(r"nothing was signed and the sign-off (?P<words>is accepted with conditions|needs reconfirmation)"))
def nothing_signed(site: World, told: dict[str, Any], words: str) -> None:
    assert told["answer"].status_code == 422
    assert "Nothing was signed" in told["answer"].get_data(as_text=True)
    wanted = words.removeprefix("is ").replace(" ", "_")
    assert signing.state(site, told["number"]) is SignoffState(wanted)


@then("an addendum that follows the certificate is issued")
def addendum_issued(site: World, told: dict[str, Any]) -> None:
    found = db.session.scalars(sa.select(Addendum)).one()
    assert found.number == f"UAT-PAY-S{told['number']}/1"
    page = site.client().get(f"/check/{found.check_code}").get_data(as_text=True)
    assert f"UAT-PAY-S{told['number']}</dd>" in page
    assert "We issued this certificate" in page


@then("the check page of the first certificate says that it was followed")
def says_followed(site: World, told: dict[str, Any]) -> None:
    assert f"followed by addendum UAT-PAY-S{told['number']}/1" in _check_page(site, told)


def _check_page(site: World, told: dict[str, Any]) -> str:
    certificate = queries.find_certificate(signing.get(site, told["number"]).id)
    assert certificate is not None
    return site.client().get(f"/check/{certificate.check_code}").get_data(as_text=True)


@then("its check page says that the acceptance has been withdrawn")
def says_withdrawn(site: World, told: dict[str, Any]) -> None:
    page = _check_page(site, told)
    assert "The acceptance has been withdrawn" in page
    assert "Invoices were sent twice" not in page  # the reasons stand on the addendum's paper only


@then("the first certificate is what it was, byte for byte")
def same_certificate(site: World, told: dict[str, Any]) -> None:
    certificate = queries.find_certificate(signing.get(site, told["number"]).id)
    assert certificate is not None
    assert certificate.facts == told["facts"]
    assert len(queries.signatures(certificate.signoff_id)) == 2


@then(parsers.parse('the sign-off is withdrawn from acceptance with the reason "{why}"'))
def is_withdrawn(site: World, told: dict[str, Any], why: str) -> None:
    signoff = signing.get(site, told["number"])
    assert signoff.state is SignoffState.ACCEPTANCE_WITHDRAWN
    assert why in signoff.state_reason
    assert why in _page(site, "Anders", str(told["number"]))


@then("the page shows the requirement as signed and as it is now, with both results")
def shows_difference(site: World, told: dict[str, Any]) -> None:
    page = _page(site, "Henrik", f"{told['number']}/acts/1")
    assert "One requirement changed after we signed" in page
    assert "you save the order</del>" in page
    assert "you save the new order</ins>" in page
    assert page.count("tag--passed") >= 3


@then(parsers.parse('the register of waivers names Henrik and "{why}"'))
def waiver_register(site: World, why: str) -> None:
    page = _page(site, "Anders", "waivers")
    assert "Henrik Dahl" in page
    assert why in page


@then("the list of certificates shows both, the newer first")
def lists_both(site: World, told: dict[str, Any]) -> None:
    page = _page(site, "Anders", "certificates")
    assert page.index(f"UAT-PAY-S{told['second']}<") < page.index(f"UAT-PAY-S{told['number']}<")


@then("it says that the earlier was superseded by the later")
def says_superseded(site: World, told: dict[str, Any]) -> None:
    page = _page(site, "Percy", "certificates")
    assert f"Superseded by PAY-S{told['second']}" in page
    assert f"Replaces S{told['number']}" in page
