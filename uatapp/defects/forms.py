"""Forms about defects."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from uatapp.defects.labels import SEVERITIES
from uatapp.web.forms import Form
from uatapp.web.numbers import LARGEST


class ReportForm(Form):
    """Report a problem, from a run or at large."""

    title = StringField(
        _l("What is wrong, in one sentence"),
        validators=[DataRequired(_l("Say in one sentence what is wrong.")), Length(max=200)],
    )
    description = TextAreaField(
        _l("What did you see?"),
        description=_l("What you did, what you saw, what you had expected."),
        validators=[Length(max=20_000)],
    )
    severity = RadioField(
        _l("How much does it hurt the business?"),
        choices=[(s.value, words) for s, (words, _help) in SEVERITIES.items()],
        validators=[DataRequired(_l("Choose how much it hurts. The team works in that order."))],
    )
    run = HiddenField()
    position = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], default=0, widget=HiddenInput())


class PersistForm(Form):
    """After a failed retest: which of the known problems are still there."""

    persists = SelectMultipleField(_l("Which of these is still wrong?"), coerce=int)
    why = TextAreaField(_l("What do you see now?"), validators=[Length(max=20_000)])
