"""Mail: written into the outbox with the change that wants it, sent by a job."""

import secrets
import unicodedata
from typing import Any

import css_inline
from flask import current_app
from flask_babel import gettext as _

from uatapp.jobs.models import OutgoingMail
from uatapp.jobs.queueing import queue
from uatapp.jobs.registry import job
from uatapp.kernel import clock, mail
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.uow import unit_of_work

KIND = "mail.send"
ATTEMPTS = 8  # about three hours of a mail server that is down
LONGEST_SUBJECT = 200


def send_mail(recipient: str, subject: str, template: str, **context: Any) -> None:
    """Write one mail from `templates/mail/<template>.txt` (and .html, where present), in the open unit of work.

    Refuses an address or a subject that could smuggle in a header.
    """
    _refuse_injection(recipient, subject)
    text, html = _render(template, {"subject": subject, **context})
    message_id = f"<{secrets.token_hex(16)}@{current_app.config['UATAPP'].host.split(':')[0]}>"
    row = OutgoingMail(message_id=message_id, recipient=recipient, subject=subject, text=text, html=html)
    db.session.add(row)
    db.session.flush()
    queue(KIND, dedupe=f"{KIND}:{row.id}", title=_("Mail to %(who)s", who=recipient), mail_id=row.id)


def _refuse_injection(recipient: str, subject: str) -> None:
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in recipient + subject):
        raise Invalid(_("A mail's address and subject cannot hold line breaks or control characters."))
    if recipient.count("@") != 1 or set(recipient) & set(' ,;<>"()'):
        raise Invalid(_("“%(email)s” is not one mail address.", email=recipient[:80]))
    if len(subject) > LONGEST_SUBJECT:
        raise Invalid(_("A mail's subject may have %(n)s characters.", n=LONGEST_SUBJECT))


def _render(template: str, context: dict[str, Any]) -> tuple[str, str]:
    environment = current_app.jinja_env
    context["base_url"] = current_app.config["UATAPP"].base_url
    text = environment.get_template(f"mail/{template}.txt").render(context).strip() + "\n"
    present = f"mail/{template}.html" in environment.list_templates(filter_func=lambda n: n.startswith("mail/"))
    html = environment.get_template(f"mail/{template}.html").render(context) if present else ""
    return text, css_inline.inline(html, load_remote_stylesheets=False) if html else ""


@job(KIND, attempts=ATTEMPTS)
def deliver(mail_id: int) -> None:
    """Hand one mail over, and forget its words: some hold secret links. After a crash it may go out a second time."""
    row = db.session.get_one(OutgoingMail, mail_id)
    if row.sent_at is not None:
        return
    settings = current_app.config["UATAPP"]
    letter = mail.Letter(row.message_id, settings.mail_from, row.recipient, row.subject, row.text, row.html)
    db.session.rollback()
    mail.deliver(letter, settings.mail)
    with unit_of_work(SYSTEM):
        row = db.session.get_one(OutgoingMail, mail_id)
        row.sent_at = clock.now()
        if not settings.worked_example:
            row.text = row.html = ""
