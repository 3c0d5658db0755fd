"""Forms about requirements."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import list_named
from uatapp.web.forms import Form


class Filed(Form):
    """Where documents belong."""

    unit = SelectField(
        _l("Business unit"), coerce=int, default=0, description=_l("The head of this unit approves what comes in.")
    )
    business_process = SelectField(_l("Business process"), coerce=int, default=0)

    def offer(self, project: Project) -> None:
        """Fill the choices with the project's units and processes."""
        self.unit.choices = _choices(list_named(BusinessUnit, project.id))
        self.business_process.choices = _choices(list_named(BusinessProcess, project.id))


def _choices(rows: Any) -> list[tuple[int, Any]]:
    return [(0, _l("None yet")), *((row.id, row.name) for row in rows)]


class UploadForm(Filed):
    """Files as they are on the analyst's disk."""

    files = MultipleFileField(_l("Files"))
    look = BooleanField(_l("Show me first what would change"))


class DocumentForm(Filed):
    """A document as text."""

    path = StringField(
        _l("Name of the document"),
        description=_l("Such as billing/invoices.feature. Left empty, we take it from the feature’s name."),
        validators=[Length(max=400, message=_l("A name has at most 400 characters."))],
    )
    source = TextAreaField(_l("Text"), validators=[DataRequired(_l("Write the text first."))])
    version_number = HiddenField(default="0")
