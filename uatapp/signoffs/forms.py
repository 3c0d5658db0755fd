"""Forms about sign-offs."""

from datetime import date

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from uatapp.kernel.errors import Invalid
from uatapp.kernel.permissions import Side
from uatapp.signoffs.rules import LONGEST, Choice, Owed
from uatapp.signoffs.states import Decision, ScopeKind
from uatapp.web.forms import Form

CONDITIONS = 8


class RequestForm(Form):
    """Ask for a decision."""

    title = StringField(
        _l("What is to be accepted?"),
        description=_l("It becomes the title of the certificate, such as “Order entry, billing and warehouse”."),
        validators=[DataRequired(_l("Say what is to be accepted.")), Length(max=120)],
    )
    scope = SelectField(
        _l("Which part of it?"),
        description=_l("Only the requirements of this part count, with their tests in the cycles below."),
        default=ScopeKind.CYCLES.value,
    )
    cycles = SelectMultipleField(_l("Closed cycles that count"), coerce=int)
    signatories = SelectMultipleField(
        _l("Who signs"), description=_l("People with the right to sign, of both sides."), coerce=int
    )
    in_order = BooleanField(_l("They sign one after the other: by the numbers above, then as listed"))
    least_customer = IntegerField(
        _l("How many of the customer’s must sign"),
        description=_l("Leave it empty for all. One rejection rejects in any case."),
        validators=[Optional(), NumberRange(1, 99, _l("Choose a number from 1 to the number of people asked."))],
    )
    least_partner = IntegerField(
        _l("How many of the partner’s must sign"),
        description=_l("Leave it empty for all."),
        validators=[Optional(), NumberRange(1, 99, _l("Choose a number from 1 to the number of people asked."))],
    )
    decide_by = DateField(_l("Please decide by"), validators=[Optional()])

    def quorum(self) -> dict[Side, int]:
        """Return how many of each side are enough, where a number was typed."""
        typed = {Side.CUSTOMER: self.least_customer.data, Side.PARTNER: self.least_partner.data}
        return {side: least for side, least in typed.items() if least is not None}


class DeputyForm(Form):
    """Name who signs for somebody from one day to another."""

    person = SelectField(
        _l("Who is away"),
        description=_l("The person who would sign."),
        validators=[InputRequired(_l("Choose who is away."))],
    )
    deputy = SelectField(
        _l("Who signs for them"),
        description=_l("Somebody of the same side with the right to sign."),
        validators=[InputRequired(_l("Choose who signs for them."))],
    )
    from_on = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))])
    until_on = DateField(_l("Until, this day included"), validators=[InputRequired(_l("Choose the last day."))])
    reason = StringField(
        _l("Why"),
        description=_l("Such as “Holiday”. Both project managers and auditors can read it."),
        validators=[DataRequired(_l("Say why.")), Length(max=400)],
    )


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
