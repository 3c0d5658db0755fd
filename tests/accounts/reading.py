"""What tests about accounts read: the mails in the outbox, the audit trail, tokens on pages."""

import re

import sqlalchemy as sa
from werkzeug.test import TestResponse

from uatapp.audit.models import AuditEntry
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db


def mails_to(address: str) -> list[OutgoingMail]:
    return list(
        db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.recipient == address).order_by(OutgoingMail.id))
    )


def link_in(mail: OutgoingMail) -> str:
    found = re.search(r"http://localhost(/\S+)", mail.text)
    assert found is not None
    return found[1]


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def token_on(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]
