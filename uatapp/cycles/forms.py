"""Forms about cycles."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from uatapp.web.forms import Form


class CycleForm(Form):
    """Plan a cycle."""

    name = StringField(
        _l("Name"),
        description=_l("Such as “Cycle 2: order entry and billing”."),
        validators=[DataRequired(_l("Give the cycle a name.")), Length(max=120)],
    )
    environment = SelectField(_l("Test system"), coerce=int, validators=[DataRequired(_l("Choose a test system."))])
    build = SelectField(_l("Begins on build"), coerce=int, validators=[DataRequired(_l("Choose a build."))])
    starts_on = DateField(_l("First day"), validators=[DataRequired(_l("Choose the first day."))])
    ends_on = DateField(_l("Last day"), validators=[DataRequired(_l("Choose the last day."))])
