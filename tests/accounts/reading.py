"""What tests about accounts read: the mails in the outbox, the audit trail, tokens on pages."""

import re

import sqlalchemy as sa
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from tests.world import Browser
from uatapp.audit.models import AuditEntry
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel import clock
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


def app_on(page: TestResponse) -> TOTP:
    """Return the app of a phone that read the key on the page."""
    found = re.search(r'<p class="hash hash--key">([A-Z2-7 ]+)</p>', page.text)
    assert found is not None
    return TOTP(key=found[1].replace(" ", ""), format="base32")


def shown_by(app: TOTP, steps: int = 0) -> str:
    """Return the code that an app shows now, or so many steps of thirty seconds later."""
    return str(app.generate(int(clock.now().timestamp()) + 30 * steps).token)


def set_up_second_step(browser: Browser, **more: str) -> TestResponse:
    """Set the second step up with a new phone; return the page with the recovery codes."""
    app = app_on(browser.get("/account/second-step"))
    return browser.post("/account/second-step", data={"code": shown_by(app), **more})


def recovery_codes_on(page: TestResponse) -> list[str]:
    return re.findall(r'<li class="nowrap">([\d ]{19})</li>', page.text)
