"""Hostile names in mails: whatever people are called, each mail has its own headers and one recipient."""

import email
from email import policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from tests.world import World
from uatapp.accounts.models import User
from uatapp.jobs import service
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db

HEADERS = {"Subject", "From", "To", "Message-ID", "Auto-Submitted", "Date", "MIME-Version", "Content-Type"}
HOSTILE = [
    "Ann\r\nBcc: x@evil.example",
    "Ann\nSubject: other\n\nforged body",
    "Ann\r\n.\r\nMAIL FROM:<x@evil.example>",
    "Ann\u0085Bcc: x@evil.example",
    "Ann\u2028Bcc: x@evil.example\u2029",
    "Ann\x0b\x0cBcc: x@evil.example",
    '"Ann" <x@evil.example>, y@evil.example;',
    "=?utf-8?q?Ann=0D=0ABcc:_x@evil.example?=",
    "\u202eAnn\u202c \U0001f600 e\u0301",
]
ADDRESSES = [
    "a@example.com\r\nBcc: x@evil.example", "a@example.com,x@evil.example", "a@example.com;x@evil.example",
    '"a b"@example.com', "<a@example.com>", "Ann <a@example.com>", f"{'a' * 300}@example.com", "a@b@example.com",
    f"a@{'x' * 10_000}.example.com", "a\u0085b@example.com", "a@[127.0.0.1]", "a@example.com%0aBcc:x@evil.example",
]  # fmt: skip


def _post(site: World, who: str, path: str, **data: str) -> int:
    return site.client(who).post(path, data=data).status_code


def _delivered(site: World) -> list[EmailMessage]:
    """Send what waits and read the files as a mail program would."""
    db.session.rollback()
    service.run_due()
    folder = site.app.config["UATAPP"].home / "mail"
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]


def _check(mail: EmailMessage) -> None:
    assert not mail.defects
    assert {name.title().replace("Id", "ID").replace("Mime", "MIME") for name in mail} - {
        "Content-Transfer-Encoding"
    } == HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))
    assert str(mail["To"]).count("@") == 1
    assert "evil" not in str(mail["To"]) + str(mail["From"])
    assert not set(str(mail["Subject"])) & set("\r\n\u0085\u2028\u2029")


@pytest.mark.proves("T34")
def test_no_name_adds_a_header_or_a_recipient(site: World) -> None:
    for number, name in enumerate(HOSTILE):
        founded = {"key": f"K{number}", "name": name, "customer": f"C{number} {name}", "partners": "Halden"}
        people = {"customer_name": name, "customer_email": f"c{number}@example.com", "zone": "Europe/Oslo"}
        more = {"partner_name": name, "partner_email": "engineer@example.com" if number else "p@example.com"}
        _post(site, "admin", "/administration/projects/new", **founded, **people, **more)
        assert _post(site, "manager", "/account", name=name, job_title=name, zone="Europe/Oslo", look="auto") == 303
        invited = {"name": name, "email": f"t{number}@example.com", "roles": "tester", "unit": ""}
        assert _post(site, "manager", "/projects/PAY/members", **invited) == 303
    assert _post(site, "manager", "/reset", email="tester@example.com") == 303
    mails = _delivered(site)
    assert len(mails) >= 2 * len(HOSTILE)
    for mail in mails:
        _check(mail)
    names = db.session.scalars(sa.select(User.name)).all()
    assert not any(set(name) & set("\r\n\u0085\u2028\u2029\x0b\x0c\u202e") for name in names)


@pytest.mark.proves("T34")
def test_no_odd_address_gets_a_mail(site: World) -> None:
    for address in ADDRESSES:
        invited = {"name": "Ann", "email": address, "roles": "tester", "unit": ""}
        assert _post(site, "manager", "/projects/PAY/members", **invited) == 422, address
        assert _post(site, "admin", "/administration/people", name="Ann", email=address) == 422, address
    assert not db.session.scalars(sa.select(OutgoingMail)).all()
