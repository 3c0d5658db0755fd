"""Forms about test cases."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from uatapp.web.forms import Form

TEST_AGAIN, RESULTS_STAND = "test_again", "results_stand"
HELPS = {
    TEST_AGAIN: _l("Earlier results no longer count. The tests are back with their testers."),
    RESULTS_STAND: _l("The change does not matter to them. Your name and reason are printed on the certificate."),
}


class DecisionForm(Form):
    """What a change means for earlier results."""

    decision = RadioField(
        _l("What about the earlier results?"),
        choices=[(TEST_AGAIN, _l("Test again")), (RESULTS_STAND, _l("Results stand"))],
        validators=[DataRequired(_l("Choose what happens with the earlier results."))],
    )
    reason = TextAreaField(
        _l("Why do they still hold?"),
        description=_l("Needed for “results stand” only."),
        validators=[Length(max=2000, message=_l("Please use at most 2,000 characters."))],
    )
