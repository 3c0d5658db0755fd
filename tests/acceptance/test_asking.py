"""Steps of features/signoffs/asking: exactly one part, of exactly these people."""

from typing import Any

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import asking, flow, problems
from tests.world import World
from uatapp.defects import service as defects
from uatapp.defects.states import Severity
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.permissions import Side
from uatapp.kernel.uow import unit_of_work
from uatapp.runs.events import RunVoided
from uatapp.runs.models import Run
from uatapp.signoffs import lapses, queries, service
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision, SignoffState

scenarios("signoffs/asking.feature")

ONE = {Side.CUSTOMER: 1}


@given("Order entry passed its two tests and Billing failed one of its two")
def two_units(site: World) -> None:
    asking.two_units(site)


@given("the cycle is closed")
def closed(site: World) -> None:
    asking.close(site)


@given(parsers.re(r"sign-off is requested for the (?P<part>(whole|chosen|unit|process) .*)"))
@when(parsers.re(r"sign-off is requested for the (?P<part>(whole|chosen|unit|process) .*)"))
def requested(site: World, told: dict[str, Any], part: str) -> None:
    told[part] = told["number"] = asking.ask(site, "sponsor", scope=asking.part(site, part))


@when("sign-off is requested for the wave North of Order entry")
def requested_wave(site: World, told: dict[str, Any]) -> None:
    told["number"] = asking.ask(site, "sponsor", scope=asking.wave(site, "North", "Order entry"))


@then(
    parsers.re(r"the frozen scope holds (?P<tests>\d) tests, (?P<failed>\d) of them failed, and (?P<open>\d) problems?")
)
def holds(site: World, told: dict[str, Any], tests: str, failed: str, open: str) -> None:
    frozen = asking.document(site, told["number"])
    assert (frozen["figures"]["total"], frozen["figures"]["failed"]) == (int(tests), int(failed))
    assert (len(frozen["defects"]), len(frozen["runs"])) == (int(open), int(tests))
    page = site.client("sponsor").get(f"/projects/PAY/signoffs/{told['number']}").get_data(as_text=True)
    assert (frozen["scope"]["name"] or "Everything in the cycles named") in page


@then("every exit criterion of it is met")
def all_met(site: World, told: dict[str, Any]) -> None:
    assert all(row["met"] for row in asking.document(site, told["number"])["criteria"])


@then(parsers.parse('"{title}" is not met in it'))
def unmet(site: World, told: dict[str, Any], title: str) -> None:
    assert title in [row["title"] for row in asking.document(site, told["number"])["criteria"] if not row["met"]]


@given("Order entry has an approved requirement that is in no cycle")
def uncovered(site: World) -> None:
    flow.bring_in(site, flow.feature(1, first=31).replace(b"Orders", b"Returns"), "returns.feature")


@then(parsers.re(r"the frozen scope names (?P<what>one thing|nothing) that was not tested"))
def names(site: World, told: dict[str, Any], what: str) -> None:
    titles = [row["title"] for row in asking.document(site, told["number"])["not_tested"]]
    assert titles == (["Order 31 is saved"] if what == "one thing" else [])


@given("another cycle is open")
def another(site: World) -> None:
    flow.open_cycle(site, flow.cases(site)[:1], name="Cycle 2")


@then("sign-off for the whole project is refused, naming the open cycle")
def refused(site: World) -> None:
    with pytest.raises(Invalid, match="Cycle 2"):
        asking.ask(site, "sponsor", scope=asking.part(site, "whole project"))


@when("the project manager looks at what the unit Billing covers")
def looks(site: World, told: dict[str, Any]) -> None:
    data = {"title": "Bills for May", "scope": f"unit-{site.unit('Billing').id}", "cycles": "1", "look": "1"}
    told["page"] = site.client("manager").post("/projects/PAY/signoffs/new", data=data).get_data(as_text=True)


@then("the page counts 2 requirements, 2 tests, 1 open problem, and nobody has been asked")
def counts(told: dict[str, Any]) -> None:
    for word, number in [("requirements", 2), ("tests", 2), ("problems open", 1)]:
        assert f"<dt>{word}</dt><dd>{number}</dd>" in told["page"]
    assert db.session.scalar(sa.select(sa.func.count(Signoff.id))) == 0


@then("what was typed is still there")
def still_there(told: dict[str, Any]) -> None:
    assert 'value="Bills for May"' in told["page"]
    assert 'name="cycles" value="1" checked' in told["page"]


@when("a result of Billing is taken back")
def taken_back(site: World) -> None:
    by = site.actor("tester")
    with unit_of_work(by):
        run = db.session.scalars(sa.select(Run).order_by(Run.id.desc())).first()
        assert run is not None
        # a result of a closed cycle cannot be taken back on any page; should one be, the request lapses all the same
        lapses.on_run_voided(RunVoided(project_id=site.project.id, subject=run.reference, by=by, run_id=run.id,
                                        assignment_id=run.assignment_id, why="A slip"))  # fmt: skip


@when("a problem stops the other test of Billing")
def stops(site: World) -> None:
    passed = db.session.scalars(sa.select(Run).order_by(Run.id.desc()).offset(1)).first()
    problems.report(site, passed, Severity.MINOR)


@when("the problem of Billing becomes critical")
def worse(site: World) -> None:
    problems.act(site, "tester", 1, defects.set_severity, Severity.CRITICAL, "Nobody can send bills")


@when("a requirement of Billing gets a newer version")
def newer(site: World) -> None:
    bills = flow.feature(2, first=11).replace(b"Orders", b"Bills").replace(b"you save the order", b"you save it", 1)
    flow.bring_in(site, bills, "bills.feature", "analyst2", "Billing", "billing_head")


@when("a serious problem at large is reported")
def at_large(site: World) -> None:
    problems.report(site, None, Severity.MAJOR, by="analyst")


def _signoff(site: World, number: int) -> Signoff:
    db.session.rollback()
    return queries.get_signoff(site.project.id, number)


@then(parsers.parse('only the request about Billing has lapsed, and says "{words}"'))
def only_billing(site: World, told: dict[str, Any], words: str) -> None:
    lapsed = _signoff(site, told["unit Billing"])
    assert lapsed.state is SignoffState.LAPSED
    assert words in lapsed.state_reason
    assert _signoff(site, told["unit Order entry"]).state is SignoffState.REQUESTED


@then(parsers.parse('the request has lapsed, and says "{words}"'))
def has_lapsed(site: World, told: dict[str, Any], words: str) -> None:
    signoff = _signoff(site, told["number"])
    assert (signoff.state, words in signoff.state_reason) == (SignoffState.LAPSED, True)


def _mails(site: World, name: str) -> str:
    where = OutgoingMail.recipient == site.user(name).email
    return "\n".join(f"{m.subject}\n{m.text}" for m in db.session.scalars(sa.select(OutgoingMail).where(where)))


@then("Henrik and the project manager have a mail that says what lapsed it")
def mailed(site: World, told: dict[str, Any]) -> None:
    for name in ("sponsor", "manager"):
        assert f"PAY-S{told['number']} has lapsed" in _mails(site, name)
        assert "PAY-D2 was reported" in _mails(site, name)
    listed = site.client("sponsor").get("/projects/PAY/signoffs/").get_data(as_text=True)
    assert "PAY-D2 was reported" in listed


@then("asking again starts with everything filled in as before")
def filled_in(site: World, told: dict[str, Any]) -> None:
    client, number = site.client("manager"), told["number"]
    lapsed = client.get(f"/projects/PAY/signoffs/{number}").text
    assert lapsed.count(f"/projects/PAY/signoffs/new?again={number}") == 2, "above the facts and below them"
    page = client.get(f"/projects/PAY/signoffs/new?again={number}").get_data(as_text=True)
    sponsor = asking.members(site, "sponsor")[0].id
    assert 'value="Order to cash"' in page
    assert f'<option selected value="unit-{site.unit("Order entry").id}"' in page
    for name, value in [("cycles", 1), ("signatories", sponsor)]:
        assert f'name="{name}" value="{value}" checked' in page


@given("the unit Order entry was accepted")
def accepted(site: World, told: dict[str, Any]) -> None:
    told["first"] = asking.ask(site, "sponsor", scope=asking.part(site, "unit Order entry"))
    asking.sign(site, "sponsor", told["first"])


@when("the wave North of Order entry and Warehouse is accepted")
def wave_accepted(site: World, told: dict[str, Any]) -> None:
    told["wave"] = asking.ask(site, "sponsor", scope=asking.wave(site, "North", "Order entry", "Warehouse"))
    asking.sign(site, "sponsor", told["wave"])


@then("the first certificate is superseded")
def superseded(site: World, told: dict[str, Any]) -> None:
    assert _signoff(site, told["first"]).state is SignoffState.SUPERSEDED


@then("the certificate of the wave stands when the unit Billing is accepted")
def stands(site: World, told: dict[str, Any]) -> None:
    asking.sign(site, "sponsor", asking.ask(site, "sponsor", scope=asking.part(site, "unit Billing")))
    assert _signoff(site, told["wave"]).state is SignoffState.ACCEPTED


@given("one of Henrik and Birgit is enough, and sign-off is requested")
def one_is_enough(site: World, told: dict[str, Any]) -> None:
    told["number"] = asking.ask(site, "sponsor", "sponsor2", quorum=ONE)


@given("one of Henrik and Birgit is enough, and sign-off is requested with the partner")
def one_and_partner(site: World, told: dict[str, Any]) -> None:
    told["number"] = asking.ask(site, "sponsor", "sponsor2", "partner_sponsor", quorum=ONE)


@given("one of Henrik and Birgit is enough, then the partner, in this order")
def in_order(site: World, told: dict[str, Any]) -> None:
    asked = ("sponsor2", "sponsor", "partner_sponsor")
    told["number"] = asking.ask(site, *asked, quorum=ONE, in_order=True)


@when("Birgit accepts")
def birgit(site: World, told: dict[str, Any]) -> None:
    asking.sign(site, "sponsor2", told["number"])


@when("Birgit accepts and Henrik rejects")
def birgit_and_henrik(site: World, told: dict[str, Any]) -> None:
    asking.sign(site, "sponsor2", told["number"])
    asking.sign(site, "sponsor", told["number"], Choice(Decision.REJECTED, "Month end was not tried"))


@then("the decision is made")
def decided(site: World, told: dict[str, Any]) -> None:
    assert _signoff(site, told["number"]).state is SignoffState.ACCEPTED


@then("Henrik has a mail that he need not sign any more")
def not_needed(site: World) -> None:
    assert "Your signature is not needed any more" in _mails(site, "sponsor")
    assert "Your signature is not needed any more" not in _mails(site, "sponsor2")


@then("the sign-off is rejected although the partner has not signed")
def rejected(site: World, told: dict[str, Any]) -> None:
    assert _signoff(site, told["number"]).state is SignoffState.REJECTED


@then("Percy can sign, and nobody waits for Henrik")
def percy(site: World, told: dict[str, Any]) -> None:
    signoff = _signoff(site, told["number"])
    assert service.why_not_sign(site.project, signoff, site.actor("partner_sponsor")) == ()
    asking.sign(site, "partner_sponsor", told["number"])
    assert _signoff(site, told["number"]).state is SignoffState.ACCEPTED
