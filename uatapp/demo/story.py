"""What happened in the example so far: order entry signed, billing waiting, service signed with conditions."""

from uatapp.defects import service as problems
from uatapp.defects.states import Severity, TriageOutcome
from uatapp.demo import acts, present, standing, windows
from uatapp.demo.stage import Stage
from uatapp.demo.testing import accept, finds, fix, on, passes, propose, reports, runs
from uatapp.projects import service as setting_up
from uatapp.signoffs.rules import Choice, Owed
from uatapp.signoffs.states import Decision

ORDERS, BILLING, PAYMENTS = "order_entry.feature", "billing.feature", "payments.feature"
RETURNS, SERVICE = "returns.feature", "customer_service.feature"


def tell(stage: Stage) -> None:
    """Tell the whole story, oldest first."""
    _set_up(stage)
    windows.agree(stage)
    _order_entry(stage)
    _billing(stage)
    number = present.plan(stage)
    _service(stage)
    present.tell(stage, number)
    standing.recommend(stage)
    standing.make_first_certificate()  # at the end, as it is made today; the worker does the rest when served


def _set_up(stage: Stage) -> None:
    stage.day(-30)
    with stage.act("partner_manager") as (_session, by):
        setting_up.add_environment(
            stage.project,
            acts.PLACE,
            by=by,
            address="https://uat2.nordwind.example",
            sign_in_hint="Your name with “.test”, such as order.clerk2.test.\nThe password is on the card you were given.",
            test_data="Customers 40012 and 40044, articles 7731, 8102 and 5540 are there every morning.",
        )
        setting_up.add_build(stage.project, "2.3.0", by=by, notes="Order entry and billing, first complete delivery.")


def _order_entry(stage: Stage) -> None:
    """One problem fixed and tested again, one misunderstanding, one slip; signed by both sides."""
    stage.day(-28)
    number = acts.plan(stage, "Cycle 1: order entry", "2.3.0", (-28, -19), {ORDERS: ("tester", None)})
    acts.agree_criteria(stage)
    acts.take(stage, "open", number)
    stage.day(-27, 10)
    mine = acts.assignments(stage, number, ORDERS)
    wrong = "The message says € 2,360.00 over the limit. That is the whole order, not the part above the limit."
    title = "The message about the credit limit names the whole order"
    limit = finds(stage, "tester", mine[0], title, Severity.MAJOR, wrong, "Order message")
    passes(stage, "tester", mine[1:4])
    wrong = "With 20 pieces the line still says “List price”."
    discount = finds(stage, "tester", mine[4], "No discount for a large quantity", Severity.MINOR, wrong)
    slip = reports(stage, "tester", "The button “Save” is grey", Severity.MINOR, "It stays grey after the first line.")
    on(stage, "tester", slip, problems.withdraw)
    stage.day(-26, 9)
    accept(stage, limit, "Thank you, we see it too.", 1)
    words = "The discount begins at 200 pieces; 20 were entered. The short guide now says so in its first line."
    propose(stage, discount, TriageOutcome.TRAINING, words, "40044 | 200 | € 121.00 | Quantity discount")
    on(stage, "tester", discount, problems.agree)
    runs(stage, "tester", mine[6], remark="The request appears in the list only after a minute.")
    stage.day(-24, 9)
    fix(stage, limit, "2.3.1", "The message now names the part of the order above the limit.")
    stage.day(-23, 8)
    acts.deploy(stage, "2.3.1")
    stage.day(-23, 14)
    runs(stage, "tester", mine[0], picture="Order message after the fix")
    passes(stage, "tester", [mine[4], mine[5], *mine[7:]])
    stage.day(-19, 16)
    acts.take(stage, "close", number)
    signoff = acts.ask(stage, "Order entry", number, ["sponsor", "partner_manager"])
    stage.day(-18, 10)
    acts.sign(stage, "partner_manager", signoff, Choice(Decision.ACCEPTED))
    stage.day(-18, 15)
    acts.sign(stage, "sponsor", signoff, Choice(Decision.ACCEPTED))


def _billing(stage: Stage) -> None:
    """A problem put off and reported twice, a dispute decided; closed, the partner has signed, the customer not yet."""
    stage.day(-17, 8)
    work = {BILLING: ("billing_tester", None), PAYMENTS: ("billing_tester", stage.date(-13))}
    number = acts.plan(stage, "Cycle 2: billing and payments", "2.4.0", (-17, -13), work)
    acts.deploy(stage, "2.4.0")
    acts.take(stage, "open", number)
    stage.day(-16, 9)
    bills, payments = acts.assignments(stage, number, BILLING), acts.assignments(stage, number, PAYMENTS)
    passes(stage, "billing_tester", bills[:4])
    runs(stage, "billing_tester", bills[4], remark="The reason could be larger on the page.")
    wrong = "The letter still uses last year's interest rate of 8.12 %."
    title = "Reminder letters use last year's interest rate"
    rate = finds(stage, "billing_tester", bills[5], title, Severity.MINOR, wrong, "Reminder letter")
    wrong = "The file has one line for each account and day, not for each posting."
    journal = finds(stage, "billing_tester", bills[6], "The journal adds up postings", Severity.MINOR, wrong)
    runs(stage, "billing_tester", bills[8], does_not_apply="Invoices by mail begin in spring. Agreed with Olaf Berg.")
    wrong = "The mail about the invoice also names 8.12 % as interest."
    again = finds(stage, "billing_tester", bills[7], "Wrong interest rate in the monthly run", Severity.MINOR, wrong)
    stage.day(-15, 11)
    accept(stage, rate, "The rate comes with the yearly update.", 3)
    reason, workaround = "The update comes in January anyway.", "Billing checks each letter by hand, about 15 a week."
    on(stage, "manager", rate, problems.defer, reason, workaround)
    propose(stage, again, TriageOutcome.DUPLICATE, "The same rate, read by another page.", repeats=rate)
    on(stage, "billing_tester", again, problems.agree)
    sentence = "Then the file has one line for each posting"
    propose(stage, journal, TriageOutcome.WORKS_AS_AGREED, "A posting is one account on one day.", sentence)
    on(stage, "billing_tester", journal, problems.contest, "The accountant needs every line of the day.")
    words = "Upheld: finance counts a day as one posting, see the accounting handbook, page 12."
    on(stage, "manager", journal, problems.decide, False, words)
    stage.day(-14, 9)
    runs(stage, "billing_tester", bills[6], remark="Tested with the handbook's meaning of a posting.")
    passes(stage, "billing_tester", [*bills[9:], *payments])
    stage.day(-13, 16)
    acts.take(stage, "close", number)
    signers = ["sponsor", "sponsor2", "partner_manager"]
    standing.arrange(stage)
    signoff = acts.ask(stage, "Billing and payments", number, signers, stage.date(0))
    stage.day(-12, 10)
    acts.note(stage, "sponsor2", signoff, "How many letters a week does the workaround mean, and who checks them?")
    acts.note(stage, "manager", signoff, "About 15. Ilse Brandt checks them on Thursdays, Olaf Berg when she is away.")
    acts.sign(stage, "partner_manager", signoff, Choice(Decision.ACCEPTED))


def _service(stage: Stage) -> None:
    """Rejected first; reopened, fixed and tested again; then signed with a condition."""
    stage.day(-11, 8)
    work = {RETURNS: ("super_user", None), SERVICE: ("service_tester", None)}
    number = acts.plan(stage, "Cycle 4: returns and customer service", "2.4.0", (-11, -5), work)
    acts.take(stage, "open", number)
    returns, service = acts.assignments(stage, number, RETURNS), acts.assignments(stage, number, SERVICE)
    wrong = "The system took 18 pieces although 17 were left."
    title = "More pieces can be returned than were delivered"
    many = finds(stage, "super_user", returns[1], title, Severity.MAJOR, wrong, "Return entry")
    passes(stage, "super_user", [returns[0], *returns[2:]])
    wrong = "No call comes in. The page says “Telephone not connected”."
    telephone = finds(stage, "service_tester", service[0], "No calls in the test system", Severity.MINOR, wrong)
    stage.day(-10, 9)
    words = "The telephone of the test system was restarted last night."
    propose(stage, telephone, TriageOutcome.ENVIRONMENT, words)
    on(stage, "service_tester", telephone, problems.agree)
    wrong = "A complaint about safety is due on Tuesday, too late by a day."
    title = "Answers to complaints about safety are due a day late"
    late = finds(stage, "service_tester", service[3], title, Severity.MINOR, wrong, "Complaint page")
    passes(stage, "service_tester", [*service[:3], *service[4:]])
    accept(stage, many, "We count returns that are on their way now as well.", 1)
    accept(stage, late, "The calendar of the desk is missing in the rule.", 3)
    stage.day(-9, 15)
    acts.take(stage, "close", number)
    signers = ["sponsor2", "partner_manager"]
    signoff = acts.ask(stage, "Returns and customer service", number, signers)
    reasons = "With this, a customer can be paid twice. Fix it first; the rest is good."
    acts.sign(stage, "sponsor2", signoff, Choice(Decision.REJECTED, reasons))
    stage.day(-8, 9)
    acts.take(stage, "reopen", number, "The number of pieces that can be returned is fixed and tested again.")
    fix(stage, many, "2.4.1", "Pieces on their way back are counted.")
    stage.day(-7, 8)
    acts.deploy(stage, "2.4.1")
    runs(stage, "super_user", returns[1], picture="Return entry after the fix")
    workaround = "The desk answers complaints about safety on the same day, by a rule of its own."
    on(stage, "manager", late, problems.defer, "The calendar comes with the next release.", workaround)
    stage.day(-5, 16)
    acts.take(stage, "close", number)
    signoff = acts.ask(stage, "Returns and customer service", number, signers)
    stage.day(-4, 11)
    acts.sign(stage, "partner_manager", signoff, Choice(Decision.ACCEPTED))
    owed = Owed(
        f"{stage.project.key}-D{late}: complaints about safety are due on the same day",
        "Tomasz Zielinski",
        stage.date(24),
        workaround,
    )
    waived = "One test of twenty fails; its workaround is in place until the next release."
    waivers = tuple((code, waived) for code in ("share_passed", "all_run"))
    acts.sign(stage, "sponsor2", signoff, Choice(Decision.ACCEPTED_WITH_CONDITIONS, "", (owed,), waivers))
