"""Forms about sign-offs."""

from datetime import date

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Optional

from uatapp.kernel.errors import Invalid
from uatapp.signoffs.rules import LONGEST, Choice, Owed
from uatapp.signoffs.states import Decision
from uatapp.web.forms import Form

CONDITIONS = 8


class RequestForm(Form):
    """Ask for a decision."""

    title = StringField(
        _l("What is to be accepted?"),
        description=_l("It becomes the title of the certificate, such as “Order entry, billing and warehouse”."),
        validators=[DataRequired(_l("Say what is to be accepted.")), Length(max=120)],
    )
    cycles = SelectMultipleField(_l("Closed cycles that count"), coerce=int)
    signatories = SelectMultipleField(
        _l("Who signs"), description=_l("People with the right to sign, of both sides."), coerce=int
    )
    in_order = BooleanField(_l("They sign one after the other, in the order of this list"))
    decide_by = DateField(_l("Please decide by"), validators=[Optional()])


def choice_from_request() -> Choice:
    """Read a signatory's decision as typed; refuse an unknown decision or an impossible date."""
    raw = request.form.get("decision", "")
    if raw not in set(Decision):
        sentence = _("Choose a decision first. Nothing is chosen for you.")
        raise Invalid(sentence, fields={"decision": sentence})
    waivers = [(k[7:], v[:LONGEST]) for k, v in request.form.items() if k.startswith("waiver-")]
    decision = Decision(raw)
    owed = _conditions() if decision is Decision.ACCEPTED_WITH_CONDITIONS else ()
    return Choice(decision, request.form.get("reasons", "")[:LONGEST], owed, tuple(waivers))


def _conditions() -> tuple[Owed, ...]:
    found = []
    for number in range(1, CONDITIONS + 1):
        text, owner, due, workaround = (
            request.form.get(f"{part}-{number}", "").strip()[:LONGEST]
            for part in ("condition", "owner", "due", "workaround")
        )
        if text or owner or due:
            found.append(Owed(text, owner, _date(due, number), workaround))
    return tuple(found)


def _date(raw: str, number: int) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError as wrong:
        sentence = _("Condition %(n)s needs the day on which it is due.", n=number)
        raise Invalid(sentence, fields={"conditions": sentence}) from wrong
