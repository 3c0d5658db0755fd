"""Handing one mail over: to a folder (one .eml file each) or to a mail server."""

import hashlib
import os
import smtplib
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from flask import Flask, current_app
from flask_babel import gettext as _
from flask_mailman import EmailMultiAlternatives, Mail
from flask_mailman.backends.smtp import EmailBackend

from uatapp.kernel.errors import DomainError

TIMEOUT = 20


class UndeliveredError(DomainError):
    """The mail could not be handed over now."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    html: str = ""


def deliver(letter: Letter, url: str) -> None:
    """Hand a letter over; refuse (UndeliveredError) with a sentence when that fails."""
    try:
        if url.startswith("folder:"):
            _into_folder(letter, Path(url.removeprefix("folder:")))
        else:
            _by_server(letter, urlsplit(url))
    except (OSError, smtplib.SMTPException) as failed:
        sentence = _("The mail to %(who)s could not be sent: %(why)s", who=letter.recipient, why=str(failed)[:200])
        raise UndeliveredError(sentence) from failed


def _message(letter: Letter, connection: object) -> EmailMultiAlternatives:
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(
        _literal(letter.subject), letter.text, letter.sender, [letter.recipient], headers=headers, connection=connection
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def _literal(subject: str) -> str:
    """Return a subject that is read as typed: words that look encoded are encoded once more."""
    return Header(subject, "utf-8").encode(maxlinelen=0) if "=?" in subject else subject


def _into_folder(letter: Letter, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    built: Message = _message(letter, _backend(SplitResult("smtp", "localhost", "", "", ""))).message()
    name = hashlib.sha256(letter.message_id.encode()).hexdigest()[:24]
    unfinished = folder / f".{name}.{os.getpid()}.part"
    with unfinished.open("wb") as file:
        file.write(built.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / f"{name}.eml")


def _by_server(letter: Letter, url: SplitResult) -> None:
    if url.scheme not in ("smtp", "smtps"):
        raise UndeliveredError(_("MAIL_URL must begin with folder:, smtp:// or smtps://."))
    _message(letter, _backend(url)).send()


def _backend(url: SplitResult) -> EmailBackend:
    """Build the connection: smtps:// is TLS from the start, smtp://…?tls=1 asks for STARTTLS."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if "mailman" not in app.extensions:
        Mail(app)
    return EmailBackend(
        host=url.hostname or "localhost",
        port=url.port or (465 if url.scheme == "smtps" else 25),
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_tls=parse_qs(url.query).get("tls") == ["1"],
        use_ssl=url.scheme == "smtps",
        timeout=TIMEOUT,
    )
