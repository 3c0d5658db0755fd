"""Forms about projects, members and what is set up."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from uatapp.accounts.forms import zones
from uatapp.web.forms import Form
from uatapp.web.numbers import LARGEST

_NAME = _l("Enter a name.")


class InviteForm(Form):
    """Invite a person to one's own side."""

    name = StringField(_l("Name"), validators=[DataRequired(_l("Enter the person’s name."))])
    email = EmailField(_l("Mail address"), validators=[DataRequired(_l("Enter the person’s mail address."))])
    roles = SelectMultipleField(
        _l("What they do in this project"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    unit = SelectField(_l("Business unit"), description=_l("Whose requirements they approve, test or help with."))


class MemberForm(Form):
    """Change a member's roles and unit."""

    roles = InviteForm.roles
    unit = InviteForm.unit


class NamedForm(Form):
    """Add a unit or a business process."""

    name = StringField(_l("Name"), validators=[DataRequired(_NAME)])


class IdTagsForm(Form):
    """Say which tags of the project are ids."""

    example = StringField(
        _l("One of your tags"),
        description=_l("For example @S-103.1: then @S-7.12 is an id as well. Empty: only tags such as @id:prices are."),
        render_kw={"maxlength": "60", "autocapitalize": "none", "spellcheck": "false"},
    )


class WaveForm(Form):
    """Name a roll-out wave and its units."""

    name = StringField(
        _l("Name of the wave"),
        description=_l("A name that is there already gets the units that you choose now."),
        validators=[DataRequired(_NAME)],
    )
    units = SelectMultipleField(
        _l("Business units that go live together"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class EnvironmentForm(Form):
    """Where people test."""

    name = StringField(_l("Name"), validators=[DataRequired(_NAME)])
    address = StringField(
        _l("Address"),
        description=_l("What testers open. It starts with https:// or http://."),
        render_kw={"inputmode": "url"},
    )
    sign_in_hint = TextAreaField(
        _l("How to sign in there"), description=_l("Say where the password is to be found; do not write it here.")
    )
    test_data = TextAreaField(_l("Test data"), description=_l("Customers, articles, orders that may be used."))


class ChangedEnvironmentForm(EnvironmentForm):
    """Change where people test: with the version and the texts that the person began with."""

    version = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], default=1)
    was_address, was_sign_in_hint, was_test_data = HiddenField(), HiddenField(), HiddenField()


class BuildForm(Form):
    """Register a delivered build."""

    name = StringField(_l("Name of the build"), validators=[DataRequired(_NAME)])
    notes = TextAreaField(_l("What is new in it"))


class ProjectForm(Form):
    """Create a project with its parties and first project managers."""

    key = StringField(
        _l("Key"),
        description=_l("2 to 8 capital letters and digits. Every reference begins with it: OTC-R12."),
        validators=[DataRequired(_l("Choose a key, such as OTC."))],
        render_kw={"maxlength": "8", "autocapitalize": "characters"},
    )
    name = StringField(_l("Name of the project"), validators=[DataRequired(_NAME)])
    customer = StringField(
        _l("Customer"),
        description=_l("The organisation that takes the software over and signs."),
        validators=[DataRequired(_l("Enter the customer’s name."))],
        render_kw={"list": "organisations"},
    )
    partners = TextAreaField(
        _l("Partners"),
        description=_l("The organisations that implement it, one a line."),
        validators=[DataRequired(_l("Enter at least one partner."))],
    )
    zone = SelectField(
        _l("Time zone of the project"),
        description=_l("Due dates and cycle dates are days in this zone."),
        choices=lambda: [(z, z.replace("_", " ")) for z in zones()],
        default="Europe/Berlin",
    )
    customer_name = StringField(_l("Name"), validators=[DataRequired(_l("Enter the person’s name."))])
    customer_email = EmailField(_l("Mail address"), validators=[DataRequired(_l("Enter the person’s mail address."))])
    partner_name = StringField(_l("Name"), validators=[DataRequired(_l("Enter the person’s name."))])
    partner_email = EmailField(_l("Mail address"), validators=[DataRequired(_l("Enter the person’s mail address."))])


class CalendarForm(Form):
    """The hours of a week, with the version and the texts that the person began with."""

    monday, tuesday = StringField(_l("Monday")), StringField(_l("Tuesday"))
    wednesday, thursday = StringField(_l("Wednesday")), StringField(_l("Thursday"))
    friday, saturday, sunday = StringField(_l("Friday")), StringField(_l("Saturday")), StringField(_l("Sunday"))
    zone = SelectField(_l("Time zone"), choices=lambda: [(z, z.replace("_", " ")) for z in zones()])
    version = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], default=0)
    was_monday, was_tuesday, was_wednesday, was_thursday = HiddenField(), HiddenField(), HiddenField(), HiddenField()
    was_friday, was_saturday, was_sunday, was_zone = HiddenField(), HiddenField(), HiddenField(), HiddenField()


class HolidaysForm(Form):
    """Days off: pasted lines, or a calendar file."""

    days = TextAreaField(
        _l("Days off, one a line"),
        description=_l("Such as “2026-12-25 Christmas Day”, or “2026-12-24 until 12:00 Christmas Eve” for half a day."),
    )
