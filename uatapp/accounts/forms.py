"""Forms about accounts; those that Flask-Security's pages use check our limits and our password rules."""

from typing import Any
from zoneinfo import available_timezones

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security.forms import ChangePasswordForm, ForgotPasswordForm, LoginForm, ResetPasswordForm
from markupsafe import Markup
from wtforms import EmailField, Field, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length
from wtforms.widgets import TextInput

from uatapp.accounts import guessing, queries, rules, service
from uatapp.accounts.events import ResetRequested, SignInRefused
from uatapp.accounts.models import Invitation, User
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.errors import Invalid, TooMany
from uatapp.kernel.uow import record
from uatapp.web.forms import Form

_EMAIL_NEEDED = _l("Enter your mail address.")
_PASSWORD_NEEDED = _l("Enter your password.")
_NEW_NEEDED = _l("Choose a password.")
_HELP = _l("At least 10 characters, any you like. Four words that do not belong together are good and easy to keep.")
_SAME = _l("The two are not the same. Type the new password once more.")
_NEW: dict[str, str] = {"autocomplete": "new-password", "maxlength": "200"}
_NOW: dict[str, str] = {"autocomplete": "current-password", "maxlength": "400"}

_CODE: dict[str, str] = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "30", "size": "20"}


def _refused(status: int = 422) -> bool:
    g.form_status = status
    return False


class Limited:
    """What forms have that check a password or an address: tries are limited by account and by network address."""

    form_errors: list[str]

    def slowed(self, purpose: str, *keys: str) -> bool:
        """Say whether somebody tried too often; the sentence with the seconds then stands above the form."""
        try:
            guessing.check(purpose, *keys, guessing.address())
        except TooMany as refusal:
            self.form_errors.append(refusal.message)
            g.retry_after = refusal.seconds
            _refused(429)
            return True
        return False


class SignInForm(Limited, LoginForm, Form):
    """Mail address and password. The answer is the same for unknown, stopped and wrong."""

    email = EmailField(
        _l("Mail address"),
        validators=[DataRequired(_EMAIL_NEEDED)],
        render_kw={"autocomplete": "username", "maxlength": "254"},
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_PASSWORD_NEEDED)], render_kw=_NOW)
    next = HiddenField()
    remember = None
    submit = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""

    def validate(self, **kwargs: Any) -> bool:
        if not Form.validate(self, **kwargs):
            return _refused()
        email = str(self.email.data)
        key = guessing.place_of(email.strip().casefold()[:254])
        if self.slowed("sign-in", key):
            return False
        user: Any = _find(email)
        right = service.is_password(user, str(self.password.data)) if user else _no_password(str(self.password.data))
        if user is None or not right or not user.active:
            self._tell_failure(user.uid if user else "unknown", key)
            return _refused()
        self.user = user
        guessing.succeeded("sign-in", key)
        return True

    def validate_next(self, field: HiddenField) -> None:
        """Leave a bad target alone: it is checked where it is followed, and leads to the first page."""

    def _tell_failure(self, uid: str, key: str) -> None:
        told = SignInRefused(project_id=None, subject=uid, by=SYSTEM, address=guessing.remote())
        guessing.failed("sign-in", key, guessing.address(), telling=told)
        self.form_errors.append(
            _("This mail address and this password do not belong together. Check both, or choose a new password below.")
        )


def _find(email: str) -> User | None:
    try:
        return queries.find_user(service.clean_email(email))
    except Invalid:
        return None


def _no_password(password: str) -> bool:
    return service.is_password(User(password=None), password)


class ForgottenForm(Limited, ForgotPasswordForm, Form):
    """Ask for a mail to choose a new password. The answer does not say whether there is such an account."""

    email = EmailField(
        _l("Mail address"),
        validators=[DataRequired(_EMAIL_NEEDED)],
        render_kw={"autocomplete": "username", "maxlength": "254"},
    )
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        try:
            email = service.clean_email(str(self.email.data or ""))
        except Invalid as error:
            self.form_errors.append(error.message)
            return _refused()
        if self.slowed("reset", email):
            return False
        user: Any = queries.find_user(email)
        self.user = user if user and user.active else None
        g.after_unit = lambda: guessing.failed("reset", email, guessing.address())
        told = ResetRequested(
            project_id=None, subject=user.uid if user else "unknown", by=SYSTEM, address=guessing.remote()
        )
        record(told, Invitation)
        return self.user is not None


class NewPasswordForm(ResetPasswordForm, Form):
    """Choose a new password after a reset mail; the rules are checked by Flask-Security through ours."""

    password = PasswordField(
        _l("New password"), description=_HELP, validators=[InputRequired(_NEW_NEEDED)], render_kw=_NEW
    )
    password_confirm = PasswordField(_l("The same once more"), validators=[EqualTo("password", _SAME)], render_kw=_NEW)
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        return super().validate(**kwargs) or _refused()


class OwnPasswordForm(Limited, ChangePasswordForm, Form):
    """Change one's own password: the present one, and the new one twice."""

    password = PasswordField(_l("Your present password"), validators=[InputRequired(_PASSWORD_NEEDED)], render_kw=_NOW)
    new_password = PasswordField(
        _l("New password"), description=_HELP, validators=[InputRequired(_NEW_NEEDED)], render_kw=_NEW
    )
    new_password_confirm = PasswordField(
        _l("The new one once more"), validators=[EqualTo("new_password", _SAME)], render_kw=_NEW
    )
    submit = None

    def validate(self, **kwargs: Any) -> bool:
        if not Form.validate(self, **kwargs):
            return _refused()
        uid = current_user.uid
        if self.slowed("change", uid):
            return False
        if not service.is_password(current_user, str(self.password.data)):
            g.after_unit = lambda: guessing.failed("change", uid, guessing.address())
            self.password.errors = [_("This is not your present password.")]
            return _refused()
        user, new = current_user, str(self.new_password.data)
        weak = service.why_weak(new, name=user.name, email=user.email, of=user.organisation)
        if self.password.data == new:
            weak = _("This is your present password. Choose another one.")
        if weak:
            self.new_password.errors = [weak]
            return _refused()
        self.new_password.data = rules.normalised(new)
        return True


class CodeInput(TextInput):  # type: ignore[misc]
    """A field for a code: what was typed before is not shown again, for each code works once."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        return super().__call__(field, value="", **kwargs)  # type: ignore[no-any-return]


class CodeForm(Form):
    """The second step of signing in."""

    code = StringField(
        _l("Code"),
        description=_l("The six digits that your app shows now, or one of your recovery codes."),
        validators=[InputRequired(_l("Enter the code from your app."))],
        render_kw=_CODE,
        widget=CodeInput(),
    )
    next = HiddenField()


class SecondStepForm(Form):
    """Set a second step up, or move it: the new app's first code, and what proves who asks, where that is needed."""

    code = StringField(
        _l("The code that your app shows now"),
        description=_l("Six digits. They change every half minute."),
        validators=[InputRequired(_l("Enter the six digits that your app shows."))],
        render_kw=_CODE,
        widget=CodeInput(),
    )
    password = PasswordField(_l("Your password"), render_kw=_NOW)
    proof = StringField(
        _l("A code from your present phone, or a recovery code"),
        description=_l("So that nobody else moves it to their own phone."),
        render_kw=_CODE,
        widget=CodeInput(),
    )
    next = HiddenField()


class ProveForm(Form):
    """Prove again who one is: password and code."""

    password = PasswordField(_l("Your password"), validators=[InputRequired(_PASSWORD_NEEDED)], render_kw=_NOW)
    proof = StringField(
        _l("Code"),
        description=_l("The six digits that your app shows now, or one of your recovery codes."),
        validators=[InputRequired(_l("Enter the code from your app."))],
        render_kw=_CODE,
        widget=CodeInput(),
    )


class AcceptForm(Form):
    """Take an invitation up."""

    name = StringField(
        _l("Your name"),
        description=_l("As it is to stand on results and signatures."),
        validators=[DataRequired(_l("Enter your name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    password = PasswordField(
        _l("Choose a password"), description=_HELP, validators=[InputRequired(_NEW_NEEDED)], render_kw=_NEW
    )
    password_confirm = PasswordField(_l("The same once more"), validators=[EqualTo("password", _SAME)], render_kw=_NEW)


class SetUpForm(AcceptForm):
    """Make the first administrator."""

    email = EmailField(
        _l("Your mail address"),
        validators=[DataRequired(_EMAIL_NEEDED)],
        render_kw={"autocomplete": "username", "maxlength": "254"},
    )


class ProfileForm(Form):
    """What one says of oneself."""

    name = StringField(
        _l("Your name"),
        description=_l("As it is to stand on results and signatures from now on."),
        validators=[DataRequired(_l("Enter your name."))],
        render_kw={"autocomplete": "name"},
    )
    job_title = StringField(
        _l("What you do"), description=_l("For example: Head of order entry. Printed beside your signature.")
    )
    zone = SelectField(_l("Your time zone"), choices=lambda: [(z, z.replace("_", " ")) for z in zones()])
    look = RadioField(
        _l("Look"),
        choices=[("auto", _l("As your device has it")), ("light", _l("Light")), ("dark", _l("Dark"))],
    )


def zones() -> list[str]:
    """Return the time zones offered: places, and UTC."""
    return [*sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/")), "UTC"]


class AdministratorForm(Form):
    """Invite another administrator."""

    name = StringField(_l("Name"), validators=[DataRequired(_l("Enter the person’s name."))])
    email = EmailField(_l("Mail address"), validators=[DataRequired(_l("Enter the person’s mail address."))])


class OrganisationForm(Form):
    """Add an organisation."""

    name = StringField(_l("Name of the organisation"), validators=[DataRequired(_l("Enter a name."))])
