"""The gallery: every component on one page, in its empty, long, error and disabled state, with made-up words (not translated)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, FileField, RadioField, SelectField, StringField, TextAreaField

from uatapp.kernel import clock
from uatapp.kernel.merging import Merge, merge
from uatapp.kernel.paging import Page
from uatapp.web.access import public
from uatapp.web.forms import Form

bp = Blueprint("gallery", __name__, url_prefix="/gallery")
LONG = "Rechnungsabgrenzungsposten_ohne_ein_einziges_Leerzeichen_das_umbrechen_könnte"
COUNTS = {
    "passed": 118,
    "passed_with_remarks": 9,
    "failed": 7,
    "blocked": 4,
    "stale": 6,
    "not_applicable": 2,
    "not_run": 38,
}
STATES = (
    *(("passed", "Passed"), ("remarks", "Passed with remarks"), ("failed", "Failed"), ("blocked", "Blocked")),
    *(("stale", "Changed since tested"), ("quiet", "Not run"), ("none", "No test yet"), ("na", "Not applicable")),
    ("info", "Waiting for a fix"),
)


class Example(Form):
    """A form with one field of each kind."""

    name = StringField("Project name", description="Shown at the top of every page.")
    due = DateField("Due date", description="A working day up to 20 November 2026.")
    severity = SelectField("Severity", choices=[("major", "Major: there is a workaround"), ("minor", "Minor")])
    text = TextAreaField("Requirement text")
    result = RadioField("Result", choices=[("remarks", "Passed with remarks"), ("blocked", "Blocked")])
    daily = BooleanField("Tell me by e-mail once a day, not at once")
    file = FileField("Certificate")


def _form(faulty: bool) -> Example:
    form = Example(formdata=None, prefix="wrong-" if faulty else "", meta={"csrf": False}, data=_typed())
    if faulty:
        sentence = "21 November is a Saturday. Choose a day from Monday to Friday."
        form.due.errors, form.result.errors = [sentence], ["Choose what became of the test."]
        form.severity.errors = ["Say how much it hurts the business."]
        form.form_errors.append("Nobody has changed it meanwhile, but the round has ended.")
    return form


def _typed() -> dict[str, Any]:
    return {"name": "Order to cash", "text": "Given an order of <quantity> at <price>\nWhen you invoice the order"}


def _step(number: int, text: str, table: Any = None, doc_string: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(number=number, text=text, table=table, doc_string=doc_string)


def _runs() -> list[SimpleNamespace]:
    order = (("Article", "Quantity", "Price"), ("7731", "20", "118.00"))
    return [
        SimpleNamespace(
            kind="given", steps=[_step(0, "you are signed in as order.clerk2", doc_string="Hall 2\nGate 4")]
        ),
        SimpleNamespace(kind="when", steps=[_step(1, "you enter an order", order), _step(2, f"you save {LONG}")]),
        SimpleNamespace(kind="then", steps=[_step(3, "the order has the status On credit hold")]),
    ]


def _story() -> list[dict[str, Any]]:
    now = clock.now()
    words = "The order said 118.47, the invoice 118.49."
    rows = (
        ("Ilse Brandt", "customer", "failed step 5 and raised this defect", words, "failed", 50),
        ("Priya Nair", "partner", "could reproduce it", "", "info", 26),
        (LONG, "partner", "asks for a decision", LONG, "blocked", 3),
        ("Ilse Brandt", "customer", "tested again on build 2.4.2: passed", "", "passed", 0),
    )
    keys = ("name", "side", "text", "quote", "kind")
    return [{**dict(zip(keys, row[:5], strict=True)), "at": now - timedelta(hours=row[5])} for row in rows]


def _merges() -> list[tuple[str, str, Merge]]:
    """Make conflicts: two differences, one whose one side says nothing, one in a field of one line."""
    base = "Sign in as order.clerk2\nThe password is on the intranet\nCall 200 when it fails"
    theirs, yours = base.replace("200", "207"), base.replace("200", f"the desk, {LONG}").replace("clerk2", "clerk3")
    return [
        ("g-both", "How to sign in there", merge(theirs, yours, base)),
        ("g-none", "Remark", merge("The order said 118.47.", "")),
        ("g-line", "Address", merge("https://a.example.com", "https://b.example.com", one_line=True)),
    ]


def content() -> dict[str, Any]:
    """Return the made-up content that the gallery shows."""
    told = SimpleNamespace(
        answers={1: "as_expected", 3: "not_as_expected"}, remarks={3: "It is released."}, undecided=[2]
    )
    return {
        "plain": _form(False),
        "faulty": _form(True),
        "runs": _runs(),
        "told": told,
        "story": _story(),
        "counts": COUNTS,
        "states": STATES,
        "merges": _merges(),
        "long": LONG,
        "page": Page(rows=(), number=2, total=212, url=lambda number: f"?page={number}"),
    }


@bp.get("/")
@public("Shows our components with made-up words and nothing else")
def index() -> ResponseReturnValue:
    """Show every component."""
    return render_template("gallery.html", **content())
