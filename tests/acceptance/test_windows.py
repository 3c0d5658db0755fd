"""Steps of features/signoffs/acceptance_window.feature: what silence means, and who records it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow, windows
from tests.world import PASSWORD, World
from uatapp.defects import service as defects
from uatapp.defects.states import Severity
from uatapp.kernel.errors import NotAllowed
from uatapp.kernel.uow import unit_of_work
from uatapp.signoffs import deeming, queries
from uatapp.signoffs.certificates import printable
from uatapp.signoffs.states import Decision, SignoffState

scenarios("signoffs/acceptance_window.feature")
TOLD = ["manager@example.com", "partner.manager@example.com", "sponsor@example.com"]
TERMS = "/projects/PAY/signoffs/acceptance-window"


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(windows.berlin(7), tick=True) as traveller:
        yield traveller


@pytest.fixture
def told(time: time_machine.Traveller) -> dict[str, Any]:
    return {"time": time}


@given(parsers.re(r"it is \w+, (?P<day>\d+) January 2030, (?P<hour>\d+) o'clock in Berlin"))
def it_is(told: dict[str, Any], day: str, hour: str) -> None:
    told["time"].move_to(windows.berlin(int(day), int(hour)))


@given("a closed cycle in which Marta has passed 2 tests")
def closed(site: World) -> None:
    windows.closed_cycle(site)


@when("the partner's project manager proposes 10 working days with the words of the contract")
def proposes(site: World) -> None:
    given = {"review_days": "10", "notice_days": "3", "rounds": "3", "clause": windows.CLAUSE}
    assert site.client("partner_manager").post(TERMS, data=given).status_code == 303


@then("silence does not count yet, and the customer's project manager is asked by mail")
def asked(site: World) -> None:
    assert windows.agreed(site) is None
    assert "manager@example.com" in windows.mails("Acceptance window proposed")
    assert "Agree to this window" in site.client("manager").get(TERMS).text


@then("silence does not count yet")
def not_yet(site: World) -> None:
    assert windows.agreed(site) is None


@when("the customer's project manager agrees")
def agrees(site: World) -> None:
    assert site.client("manager").post(f"{TERMS}/1/agree").status_code == 303


@then("the window of 10 working days is agreed by both sides")
def is_agreed(site: World) -> None:
    found = windows.agreed(site)
    assert found is not None
    assert (found.review_days, found.clause) == (10, windows.CLAUSE)
    page = site.client("sponsor").get(TERMS).text
    assert "Silence counts after 10 working days" in page
    assert "does not decide within ten working days" in page


@when("the partner's project manager tries to agree")
def tries_to_agree(site: World, told: dict[str, Any]) -> None:
    told["answer"] = site.client("partner_manager").post(f"{TERMS}/1/agree")


@then("it is refused, because the other side answers")
def refused(told: dict[str, Any]) -> None:
    assert told["answer"].status_code == 403
    assert "Your side proposed this" in told["answer"].text


@when(parsers.parse('the customer\'s project manager declines because "{why}"'))
def declines(site: World, why: str) -> None:
    refused = site.client("manager").post(f"{TERMS}/1/decline")
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert site.client("manager").post(f"{TERMS}/1/decline", data={"reason": why}).status_code == 303


@then(parsers.parse('both project managers read "{words}"'))
def read_why(site: World, words: str) -> None:
    assert windows.agreed(site) is None
    assert windows.mails("Acceptance window: answer") == TOLD[:2]


@given("a window of 10 working days is agreed")
def agreed(site: World) -> None:
    windows.agree(site)


@given("sign-off is requested from Henrik")
@when("sign-off is requested from Henrik")
@when("sign-off is requested again from Henrik")
def requested(site: World, told: dict[str, Any]) -> None:
    told["number"] = windows.request(site)


def page(site: World, told: dict[str, Any], who: str = "sponsor") -> str:
    return " ".join(site.client(who).get(f"/projects/PAY/signoffs/{told['number']}").text.split())


@then("its page shows no review window")
def no_window(site: World, told: dict[str, Any]) -> None:
    assert "Silence counts" not in page(site, told)


@then("the partner's project manager cannot record silence")
def cannot(site: World, told: dict[str, Any]) -> None:
    found = site.client("partner_manager").get(f"/projects/PAY/signoffs/{told['number']}/silence")
    assert "No acceptance window was agreed" in found.text
    with pytest.raises(NotAllowed):
        windows.deem(site, told["number"])


@then(parsers.parse('its page says that silence counts from "{day}"'))
def counts_from(site: World, told: dict[str, Any], day: str) -> None:
    assert f"Silence counts as acceptance from {day}." in page(site, told)


@then("its page shows that 0 of 10 working days are used")
def used(site: World, told: dict[str, Any]) -> None:
    assert "0 of 10" in page(site, told)


@when("the customer enters 15 January 2030 as a day off")
def customers_day_off(site: World) -> None:
    windows.day_off(site, "2030-01-15 Local holiday")


@when("the partner enters 15 January 2030 as a day off")
def partners_day_off(site: World) -> None:
    windows.day_off(site, "2030-01-15 Local holiday", by="partner_manager")


@then(parsers.parse('Henrik and both project managers have a mail about "{words}"'))
def have_mail(site: World, words: str) -> None:
    assert windows.mails(words) == TOLD


@given("a critical problem at large was put off")
def critical(site: World, told: dict[str, Any]) -> None:
    told["problem"] = windows.critical(site)
    windows.put_off(site, told["problem"])


@when("on Thursday, 10 January 2030 the problem is taken up again")
def taken_up(site: World, told: dict[str, Any]) -> None:
    told["time"].move_to(windows.berlin(10, 11))
    windows.take_up(site, told["problem"])


@then("its page says that the window is paused by the problem")
def paused(site: World, told: dict[str, Any]) -> None:
    text = page(site, told)
    assert "The review window is paused" in text
    assert f"a critical problem is open: PAY-D{told['problem']}." in text
    assert "Silence counts as acceptance from" not in text


@when("on Monday, 14 January 2030 the problem is put off by agreement")
def put_off(site: World, told: dict[str, Any]) -> None:
    told["time"].move_to(windows.berlin(14, 11))
    windows.put_off_again(site, told["problem"])


@when(parsers.re(r"the daily work is done each day until \w+, (?P<day>\d+) January 2030"))
def daily(told: dict[str, Any], day: str) -> None:
    for moment in windows.days(told.get("done", 7) + 1, int(day)):
        told["time"].move_to(moment)
        windows.daily()
        windows.daily()
    told["done"] = int(day)


@then("nobody was told that silence will count")
def nobody_told(site: World) -> None:
    assert windows.mails("silence counts from") == []


@then(parsers.parse('Henrik and both project managers were told once that silence will count from "{day}"'))
def told_before(site: World, day: str) -> None:
    assert windows.mails(f"silence counts from {day}") == TOLD
    assert windows.mails("the review window has ended") == []


@then("Henrik and both project managers were told once that the window has ended")
def told_ended(site: World) -> None:
    assert windows.mails("the review window has ended") == TOLD
    assert windows.mails("silence counts from") == TOLD


@then("the sign-off still waits")
def waits(site: World, told: dict[str, Any]) -> None:
    assert windows.get(site, told["number"]).state is SignoffState.REQUESTED


def record(site: World, told: dict[str, Any], who: str = "partner_manager", **fields: str) -> Any:
    """Record silence on its page as a person does; the hidden fields are those of the page that offers the form."""
    client, path = site.client(who), f"/projects/PAY/signoffs/{told['number']}/silence"
    shown = dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', client.get(path).text))
    given = {**shown, "clause": windows.CLAUSE, "password": PASSWORD, "code": site.code(who), **fields}
    return client.post(path, data=given)


@given("the partner's project manager has recorded that silence counts")
@when("the partner's project manager records that silence counts, with the clause")
def records(site: World, told: dict[str, Any]) -> None:
    assert record(site, told).status_code == 303


@then("the sign-off is deemed accepted")
def is_deemed(site: World, told: dict[str, Any]) -> None:
    assert windows.get(site, told["number"]).state is SignoffState.DEEMED_ACCEPTED
    text = page(site, told)
    assert "Deemed accepted, not signed" in text
    assert "Paula Stone, Halden, recorded it" in text


@then(parsers.parse('its paper says "{words}"'))
def paper_says(site: World, told: dict[str, Any], words: str) -> None:
    found = queries.find_certificate(windows.get(site, told["number"]).id)
    assert found is not None
    facts = printable(found, "")
    assert facts.decision == "deemed_accepted"
    assert facts.deemed is not None
    assert (facts.deemed.by, facts.deemed.clause) == ("Paula Stone", windows.CLAUSE)
    checked = site.client().get(f"/check/{found.check_code}").text
    assert words in checked
    assert "Recorded, not signed" in checked


@then("nobody has signed it")
def nobody_signed(site: World, told: dict[str, Any]) -> None:
    assert queries.signatures(windows.get(site, told["number"]).id) == []


@given("a major problem at large is open")
def major(site: World) -> None:
    with unit_of_work(site.actor("analyst")):
        report = defects.Report("Invoices have no number", Severity.MAJOR)
        defects.raise_defect(site.project, report, by=site.actor("analyst"))


@when("silence is to be recorded")
def to_be_recorded(site: World, told: dict[str, Any]) -> None:
    told["answer"] = record(site, told)


@when(
    parsers.re(
        r"(?P<what>the customer's project manager asks|the clause is not ticked|"
        r"the password is wrong) and silence is to be recorded"
    )
)
def wrongly(site: World, told: dict[str, Any], what: str) -> None:
    given: dict[str, dict[str, str]] = {
        "the customer's project manager asks": {"who": "manager"},
        "the clause is not ticked": {"clause": ""},
        "the password is wrong": {"password": "not my password"},
    }
    told["answer"] = record(site, told, **given.get(what, {}))


@then("nothing is recorded and the sign-off still waits")
def nothing_recorded(site: World, told: dict[str, Any]) -> None:
    assert told["answer"].status_code in (403, 422)
    signoff = windows.get(site, told["number"])
    assert signoff.state is SignoffState.REQUESTED
    assert deeming.find_deemed(signoff.id) is None
    assert queries.find_certificate(signoff.id) is None


@then("the partner's project manager reads that a signatory must waive")
def must_waive(site: World, told: dict[str, Any]) -> None:
    text = site.client("partner_manager").get(f"/projects/PAY/signoffs/{told['number']}/silence").text
    assert "Silence waives nothing; a signatory must." in text


@given(parsers.parse('Henrik has rejected because "{why}"'))
def rejected(site: World, told: dict[str, Any], why: str) -> None:
    windows.sign(site, told["number"], Decision.REJECTED, reasons=why)


@given("the cycle was reopened, a test was run again, and the cycle closed")
def run_again(site: World, told: dict[str, Any]) -> None:
    windows.cycle_action(site, "reopen", "Cured")
    assignment = flow.assignments(site)[0]
    windows.void(site, assignment)
    flow.run(site, flow.assignments(site)[0])
    windows.cycle_action(site, "close")


@then("its page shows round 2 of 3 with 1 test run again")
def second_round(site: World, told: dict[str, Any]) -> None:
    text = page(site, told)
    assert "2 of 3 agreed" in text
    assert "PAY-S1" in text
    assert "one test run again since" in text


@when("sign-off is requested again from Henrik and Henrik accepts")
def signed_later(site: World, told: dict[str, Any]) -> None:
    told["number"] = windows.request(site)
    windows.sign(site, told["number"], Decision.ACCEPTED)


@then("the deemed acceptance is superseded")
def superseded(site: World) -> None:
    assert windows.get(site, 1).state is SignoffState.SUPERSEDED
