"""Mail: in the outbox with its change, one file each, or handed to a server and tried again."""

import email
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from tests.world import World
from uatapp.jobs import mail as mails
from uatapp.jobs import service
from uatapp.jobs.models import Job, JobState, OutgoingMail
from uatapp.kernel import clock, mail
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work


@pytest.fixture
def template(site: World, tmp_path: Path) -> World:
    """Let the site know a mail in text and HTML."""
    from jinja2 import ChoiceLoader, DictLoader

    known = {
        "mail/both.txt": "Hello {{ name }},\n{{ base_url }}/there\n",
        "mail/both.html": "<style>p { color: #15202b }</style><p>Hello {{ name }}</p>",
        "mail/plain.txt": "Hello {{ name }}",
    }
    loader = site.app.jinja_env.loader
    assert loader is not None
    site.app.jinja_env.loader = ChoiceLoader([DictLoader(known), loader])
    return site


def send(template: str = "both", name: str = "Ann", subject: str = "Grüße aus „PAY“") -> None:
    with unit_of_work(SYSTEM):
        service.send_mail("ann@example.com", subject, template, name=name)


def delivered(site: World) -> list[EmailMessage]:
    folder = site.app.config["UATAPP"].home / "mail"
    assert not list(folder.glob(".*.part"))
    files = sorted(folder.glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]


def test_a_mail_is_one_file_with_text_and_html(template: World) -> None:
    send(name="<script>")
    assert service.run_due() == 1
    (message,) = delivered(template)
    assert message["To"] == "ann@example.com"
    assert message["Subject"] == "Grüße aus „PAY“"
    assert message["Message-ID"].endswith("@localhost>")
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().startswith("Hello <script>,\nhttp://localhost/there")
    assert "&lt;script&gt;" in html.get_content()
    assert 'style="color: #15202b' in html.get_content()


def test_a_mail_handed_over_twice_is_one_file(template: World) -> None:
    send("plain")
    row = db.session.scalars(sa.select(OutgoingMail)).one()
    url = template.app.config["UATAPP"].mail
    letter = mail.Letter(row.message_id, "us@example.com", row.recipient, row.subject, row.text)
    mail.deliver(letter, url)
    service.run_due()
    mails.deliver(row.id)
    assert len(delivered(template)) == 1
    assert db.session.scalars(sa.select(OutgoingMail.sent_at)).one() is not None


def test_a_mail_is_undone_with_its_change(template: World) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(SYSTEM):
        service.send_mail("ann@example.com", "Hello", "plain", name="Ann")
        1 / 0  # noqa: B018
    assert service.run_due() == 0
    assert delivered(template) == []


class Server(socketserver.ThreadingTCPServer):
    """As much of a mail server as a test needs; `refuse` makes it answer "later"."""

    allow_reuse_address = True
    daemon_threads = True
    refuse = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.got: list[bytes] = []


class _Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper().split(b" ")[0]
            if word == b"DATA":
                self._data()
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            elif word == b"RCPT" and self.server.refuse:
                self.wfile.write(b"451 try later\r\n")
            else:
                self.wfile.write(b"250 ok\r\n")

    def _data(self) -> None:
        self.wfile.write(b"354 go on\r\n")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.got.append(b"".join(lines))
        self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


def test_a_mail_goes_to_the_server_once_it_accepts(template: World, server: Server) -> None:
    template.app.config["UATAPP"].mail_url = f"smtp://127.0.0.1:{server.server_address[1]}"
    template.app.config["UATAPP"].__dict__.pop("mail", None)
    server.refuse = True
    send()
    with time_machine.travel(clock.now(), tick=False) as now:
        service.run_due()
        job = db.session.scalars(sa.select(Job)).one()
        assert (job.state, job.attempts) == (JobState.QUEUED, 1)
        assert "ann@example.com" in job.error
        assert server.got == []
        server.refuse = False
        now.shift(timedelta(seconds=11))
        service.run_due()
    assert len(server.got) == 1
    assert b"Message-ID: <" in server.got[0]
    db.session.rollback()
    assert db.session.scalars(sa.select(Job.state)).one() is JobState.DONE


def test_a_server_that_is_away_is_a_sentence_for_people(template: World) -> None:
    template.app.config["UATAPP"].mail_url = "smtp://127.0.0.1:9"
    template.app.config["UATAPP"].__dict__.pop("mail", None)
    send("plain")
    service.run_due()
    db.session.rollback()
    assert "could not be sent" in db.session.scalars(sa.select(Job.error)).one()
