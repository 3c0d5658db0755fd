"""The example's present: an open cycle with something for everybody to do, one planned, requirements on their way."""

from uatapp.criteria import answering
from uatapp.criteria import service as agreeing
from uatapp.criteria.rules import Criterion, Kind, usual
from uatapp.defects import service as problems
from uatapp.defects.states import Severity, TriageOutcome
from uatapp.demo import acts, papers
from uatapp.demo.stage import Stage
from uatapp.demo.testing import accept, begins, finds, fix, on, passes, propose, reports, runs, still_wrong

ORDERS, WAREHOUSE, PURCHASING = "order_entry.feature", "warehouse.feature", "purchasing.feature"
SHIPPING, PAYMENTS = "versand.feature", "payments.feature"


def plan(stage: Stage) -> int:
    """Plan the third cycle: some of it overdue today, some due, some later."""
    stage.day(-12, 14)
    work = {
        WAREHOUSE: ("super_user", stage.date(-1)),
        ORDERS: ("tester", stage.date(0)),
        PURCHASING: ("buyer", stage.date(3)),
        SHIPPING: ("super_user", None),
    }
    return acts.plan(stage, "Cycle 3: warehouse, orders and purchasing", "2.4.0", (-2, 8), work)


def tell(stage: Stage, number: int) -> None:
    """Tell of the last days."""
    _late_document(stage)
    stage.day(-2, 7)
    acts.deploy(stage, "2.5.0")
    acts.take(stage, "open", number)
    _warehouse(stage, acts.assignments(stage, number, WAREHOUSE))
    acts.note_lights(stage)
    _orders(stage, acts.assignments(stage, number, ORDERS))
    acts.note_lights(stage)
    _purchasing(stage, acts.assignments(stage, number, PURCHASING))
    _shipping(stage, acts.assignments(stage, number, SHIPPING))
    _changes(stage)
    _today(stage, acts.assignments(stage, number, WAREHOUSE), acts.assignments(stage, number, PURCHASING))
    acts.note_lights(stage)
    _criteria(stage)


def _criteria(stage: Stage) -> None:
    """Training becomes a criterion and is answered; the partner proposes to go live with some minor problems."""
    trained = Criterion(Kind.OWN, text="The people of every unit were trained", side="customer")
    acts.agree_criteria(stage, trained)
    with stage.act("manager") as (_session, by):
        answering.answer(stage.project, trained.code, False, "Purchasing has its training on Thursday.", by=by)
    minor = Criterion(Kind.DEFECTS, 5, severities=("minor", "cosmetic"))
    with stage.act("partner_manager") as (_session, by):
        agreeing.propose(stage.project, None, (*usual(stage.project.pass_share), trained, minor), by=by)


def _late_document(stage: Stage) -> None:
    """Customers, articles and prices: two thirds approved, one sent back, one still in review."""
    stage.day(-4, 14)
    papers.bring_in(stage, papers.LATE, papers.text_of(papers.LATE))
    stage.day(-3, 10)
    found = papers.waiting(stage, "Order entry")
    _duplicate, _credit, unread, _ahead, unclear, _follow_up = found
    papers.decide(stage, "head", {number: found[number] for number in found if number not in (unread, unclear)})
    reason = "Which cost counts, the last one or the average? Please name it."
    papers.decide(stage, "head", {unclear: found[unclear]}, "ask_for_changes", reason)


def _warehouse(stage: Stage, mine: list[int]) -> None:
    stage.day(-2, 10)
    passes(stage, "super_user", mine[:1])
    wrong = "The order ships only when all 6 pieces are there. Nothing was split."
    title = "An order is not split when pieces are missing"
    split = finds(stage, "super_user", mine[1], title, Severity.CRITICAL, wrong, "Hand-held picking list")
    passes(stage, "super_user", mine[2:3])
    wrong = "Only the first page has a number."
    title = "Second page of the delivery note has no number"
    pages = finds(stage, "super_user", mine[3], title, Severity.MINOR, wrong, "Delivery note")
    wrong = "The parcel of 6.9 kg got its label without a word."
    light = finds(stage, "super_user", mine[5], "The scale lets light parcels pass", Severity.MAJOR, wrong)
    wrong = "The label shows class 3, but the sign is missing."
    sign = finds(stage, "super_user", mine[6], "The sign for flammable goods is missing", Severity.MAJOR, wrong)
    stage.day(-2, 16)
    accept(stage, split, "This stops the warehouse; we work on it first.", 1)
    on(stage, "engineer", split, problems.start_work)
    accept(stage, pages, "Agreed.")
    accept(stage, light, "The limit was set to 2 kg instead of 5 %.", 1)
    accept(stage, sign, "The sign is in the wrong folder on the printer.")
    fix(stage, pages, "2.5.1", "Every page now shows its number and the number of pages.")
    fix(stage, light, "2.5.1", "A parcel may weigh 5 % less than expected.")
    stage.day(-1, 7)
    acts.deploy(stage, "2.5.1")
    stage.day(-1, 8)
    seen = "8.0 instead of 8.4 kg is refused now, but 6.9 kg still gets a label."
    still_wrong(stage, "super_user", mine[5], light, seen, "Hand-held scale")
    fix(stage, sign, "2.5.2", "The signs of all classes are on the printers.")


def _orders(stage: Stage, mine: list[int]) -> None:
    stage.day(-1, 9)
    wrong = "The price is € 126.50, but the agreement says € 118.00."
    title = "The agreed price is not used for customer 40012"
    price = finds(stage, "tester", mine[2], title, Severity.MAJOR, wrong, "Order line with price")
    passes(stage, "tester", mine[:2])
    wrong = "The confirmation names both dates, but not which line has which."
    title = "The confirmation does not say which line comes when"
    dates = finds(stage, "tester", mine[5], title, Severity.MINOR, wrong)
    runs(stage, "tester", mine[6], remark="The message could name the warehouse's telephone number.")
    words = "The agreement of customer 40012 had ended in the test data. We have renewed it."
    sentence = "The price on an order follows the customer's agreement"
    propose(stage, price, TriageOutcome.TEST_DATA, words, sentence)
    words = "A new wish that we understand: each line names its date. It comes as a change of the requirement."
    propose(stage, dates, TriageOutcome.CHANGE_REQUEST, words, "the customer's confirmation lists both dates")
    on(stage, "tester", dates, problems.agree)


def _purchasing(stage: Stage, mine: list[int]) -> None:
    stage.day(-1, 11)
    passes(stage, "buyer", mine[:1])
    wrong = "The order is written, but the request to confirm is not."
    title = "No request for confirmation is written"
    confirm = finds(stage, "buyer", mine[1], title, Severity.MINOR, wrong, "Purchase order")
    wrong = "Article 5540 is proposed again on the next day."
    again = finds(stage, "buyer", mine[2], "A refused proposal comes back", Severity.MINOR, wrong)
    wrong = "The amount of € 4,900.00 waits for approval as well."
    small = finds(stage, "buyer", mine[3], "Small orders wait for approval", Severity.MINOR, wrong)
    stage.day(-1, 14)
    words = "The supplier confirms by itself, so no request is needed."
    propose(
        stage, confirm, TriageOutcome.WORKS_AS_AGREED, words, "Then purchase order and confirmation request are written"
    )
    on(stage, "buyer", confirm, problems.contest, "The sentence names the request. Not every supplier confirms alone.")
    propose(stage, small, TriageOutcome.TEST_DATA, "Your limit was € 0 in the test data. It is € 5,000.00 now.")
    on(stage, "buyer", small, problems.agree)
    accept(stage, again, "The reason was kept with the order, not with the article.")
    acts.withdraw(stage, mine[8], "Suppliers' invoices are tested in the next cycle, with finance.")


def _shipping(stage: Stage, mine: list[int]) -> None:
    stage.day(-1, 15)
    passes(stage, "super_user", mine[:2])
    runs(stage, "super_user", mine[2], does_not_apply="900 kg never leave hall 2. The harbour ships such goods.")


def _changes(stage: Stage) -> None:
    """Two requirements are changed by their analyst and approved: what was tested of them is suspect."""
    stage.day(-1, 16)
    changes = {
        WAREHOUSE: (
            "And each line shows shelf, article and quantity",
            "And each line shows aisle, shelf, article and quantity",
        ),
        PURCHASING: ("which day the stock would be gone", "which day the stock will be gone at this rate"),
    }
    for name, (before, after) in changes.items():
        papers.bring_in(stage, name, papers.text_of(name).replace(before.encode(), after.encode()))
    papers.decide(stage, "warehouse_head", papers.waiting(stage, "Warehouse"))
    papers.decide(stage, "manager", papers.waiting(stage, "Purchasing"))
    work = {PAYMENTS: ("billing_tester", None), papers.LATE: ("tester", None)}
    acts.plan(stage, "Cycle 5: month end", "2.5.1", (12, 21), work)


def _today(stage: Stage, warehouse: list[int], purchasing: list[int]) -> None:
    stage.day(0, 7)
    runs(stage, "super_user", warehouse[9], stopped="The label printer in hall 2 is not connected.")
    wrong = "The delivery of 480 pieces closes the order. The other 20 are gone from the list."
    finds(
        stage,
        "buyer",
        purchasing[7],
        "A short delivery closes the order",
        Severity.MAJOR,
        wrong,
        "Purchase order 300102",
    )
    begins(stage, "buyer", purchasing[4])
    words = "Found while preparing the training."
    reports(stage, "analyst", "The help page of the journal is empty", Severity.COSMETIC, words)
    number = reports(
        stage, "service_tester", "Search of a name needs ten seconds", Severity.MINOR, "Also in the morning."
    )
    accept(stage, number, "We look at it with the next build.", 4)
