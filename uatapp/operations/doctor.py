"""`uatapp doctor`: what is missing or wrong on this installation, and the command that mends it."""

import ctypes.util
import os
import shutil
import smtplib
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import sqlalchemy as sa
from flask import Flask
from redis import RedisError
from sqlalchemy.exc import DBAPIError

from uatapp.accounts import queries as people
from uatapp.audit.models import Checkpoint
from uatapp.config import Settings
from uatapp.evidence import sweeping
from uatapp.evidence.models import Evidence
from uatapp.jobs import worker
from uatapp.jobs.models import Job, JobState
from uatapp.kernel import appendonly, clock, storage
from uatapp.kernel.db import Base, db
from uatapp.kernel.errors import Damaged
from uatapp.operations import schema
from uatapp.signoffs.models import CertificateFile

LIBRARIES = (
    ("pango-1.0", "libpango-1.0-0"),
    ("pangoft2-1.0", "libpangoft2-1.0-0"),
    ("harfbuzz-subset", "libharfbuzz-subset0"),
)
FONTS = ("fontpkg-source-sans-3", "fontpkg-source-serif-4", "fontpkg-source-code-pro", "fontpkg-noto-sans")
SMTP_SECONDS = 5
LATE = timedelta(hours=1)
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `mend` is the command (or act) that puts it right."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


def examine(app: Flask) -> list[Check]:
    """Look at everything; never changes anything."""
    settings: Settings = app.config["UATAPP"]
    looks: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        _home, _secret, _keys, _database, _evidence, _room, _queue, _mail, _pdf, _assets,
    )  # fmt: skip
    found = [check for look in looks for check in look(settings)]
    return [*found, *_second_step(settings, found), *_jobs(found), *_forgotten(found), *_sample(found)]


def _writable(name: str, folder: Path) -> Check:
    there = folder if folder.exists() else folder.parent
    ok = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return Check(name, ok, str(folder), "" if ok else f"mkdir -p {folder} && chmod u+rwx {folder}")


def _home(settings: Settings) -> Iterator[Check]:
    yield _writable("home folder", settings.home)


def _secret(settings: Settings) -> Iterator[Check]:
    path = settings.home / "secret_key"
    if settings.secret_key:
        ok = len(settings.secret_key) >= 32
        yield Check("secret key", ok, "UATAPP_SECRET_KEY", "" if ok else "set one of 32 characters or more")
        return
    ok = path.is_file() and stat.S_IMODE(path.stat().st_mode) == 0o600
    yield Check("secret key", ok, str(path), "" if ok else f"chmod 600 {path}")


def _keys(settings: Settings) -> Iterator[Check]:
    """The seal's keys are made on first use; once a checkpoint is signed they must not be lost."""
    folder = settings.keys_folder
    if not folder.is_dir():
        lost = _has_checkpoints()
        yield Check(
            "keys", not lost, f"{folder} (made on first use)", f"restore {folder} from the backup" if lost else ""
        )
        return
    private = os.access(folder, os.R_OK | os.X_OK) and not folder.stat().st_mode & 0o077
    yield Check("keys", private, str(folder), "" if private else f"chmod 700 {folder} && chmod 600 {folder}/*")


def _has_checkpoints() -> bool:
    try:
        return db.session.scalar(sa.select(Checkpoint.id).limit(1)) is not None
    except DBAPIError:
        db.session.rollback()
        return False


def _database(settings: Settings) -> Iterator[Check]:
    shown = sa.make_url(settings.database).render_as_string(hide_password=True)
    try:
        with db.engine.connect() as connection:
            inspector = sa.inspect(connection)
            missing = sorted(set(Base.metadata.tables) - set(inspector.get_table_names()))
            triggers = appendonly.missing(connection) if not missing else []
    except DBAPIError as away:
        yield Check("database", False, f"{shown}: {away.orig}", "start the database, or correct UATAPP_DATABASE_URL")
        return
    yield Check("database", True, shown)
    behind = bool(missing) or schema.is_behind()
    detail = f"missing: {', '.join(missing[:5])}" if missing else "of another version" if behind else "up to date"
    yield Check("schema", not behind, detail, "uatapp migrate" if behind else "")
    if not missing:
        detail = f"unprotected: {', '.join(triggers[:5])}" if triggers else "append-only tables are protected"
        yield Check("triggers", not triggers, detail, "uatapp migrate" if triggers else "")


def _evidence(settings: Settings) -> Iterator[Check]:
    if settings.evidence.startswith("file://"):
        yield _writable("evidence", Path(urlsplit(settings.evidence).path))
        return
    try:
        storage.reach()
    except Exception as away:
        said = str(away).partition("\n")[0]
        yield Check("evidence", False, f"{settings.evidence}: {said}", "correct UATAPP_EVIDENCE_URL or its credentials")
        return
    yield Check("evidence", True, settings.evidence)


def _room(settings: Settings) -> Iterator[Check]:
    """Uploads are refused while the disk of the files is nearly full; results still need room in the database's."""
    places = {"room for files": storage.folder(), "room in the home folder": settings.home}
    for name, folder in places.items():
        there = next((place for place in (folder, *folder.parents) if place.exists()), None) if folder else None
        if there is not None:
            free, low = shutil.disk_usage(there).free, storage.is_low_at(there)
            yield Check(
                name, not low, f"{free // 1024**2} MB free", f"make room on the disk of {folder}" if low else ""
            )


def _queue(settings: Settings) -> Iterator[Check]:
    url = urlsplit(settings.queue)
    if url.scheme == "sqlite":
        yield _writable("queue", Path(settings.queue.removeprefix("sqlite:///")).parent)
        return
    shown = f"{url.scheme}://{url.hostname or ''}"
    try:
        worker.reach(settings.queue)
    except (RedisError, psycopg.Error) as away:
        yield Check("queue", False, f"{shown}: {away}", "start the queue's server, or correct UATAPP_QUEUE_URL")
        return
    yield Check("queue", True, shown)


def _mail(settings: Settings) -> Iterator[Check]:
    if settings.mail.startswith("folder:"):
        yield _writable("mail", Path(settings.mail.removeprefix("folder:")))
        return
    url = urlsplit(settings.mail)
    try:
        server = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
        server(url.hostname or "", url.port or 25, timeout=SMTP_SECONDS).quit()
    except OSError as away:
        yield Check("mail", False, f"{url.hostname}: {away}", "correct UATAPP_MAIL_URL, or start the mail server")
        return
    yield Check("mail", True, url.hostname or "")


def _pdf(settings: Settings) -> Iterator[Check]:
    missing = [package for library, package in LIBRARIES if ctypes.util.find_library(library) is None]
    detail = f"missing: {', '.join(missing)}" if missing else "Pango and HarfBuzz are there"
    yield Check("PDF libraries", not missing, detail, f"apt-get install {' '.join(missing)}" if missing else "")
    absent = [name for name in FONTS if not _installed(name)]
    yield Check("PDF fonts", not absent, ", ".join(absent) or "there", "make setup" if absent else "")


def _installed(distribution: str) -> bool:
    return any(metadata.distributions(name=distribution))


def _assets(settings: Settings) -> Iterator[Check]:
    package = Path(__file__).parent.parent
    built = [folder / "static" / "built" for folder in (package, package.parent)]
    ok = any(folder.is_dir() and any(folder.iterdir()) for folder in built)
    yield Check("look of the pages", ok, "style sheets and icons", "" if ok else "python -m uatapp.web.assets")


def _are_ok(found: list[Check], *names: str) -> bool:
    return all(check.ok for check in found if check.name in names)


def _forgotten(found: list[Check]) -> Iterator[Check]:
    """Files that no row names are removed after a day; older ones are there only if nobody does the daily work."""
    if not _are_ok(found, "database", "schema", "evidence"):
        return
    count = len(sweeping.forgotten(clock.now() - 2 * sweeping.AGE))
    yield Check("forgotten files", not count, f"{count} that nothing names", "uatapp worker" if count else "")


def _sample(found: list[Check]) -> Iterator[Check]:
    """Read some stored files, other ones each time; `uatapp verify --evidence` reads all."""
    if not _are_ok(found, "database", "schema", "evidence"):
        return
    named = sa.union(sa.select(Evidence.sha256), sa.select(CertificateFile.sha256)).subquery()
    chosen = db.session.scalars(sa.select(named.c.sha256).order_by(sa.func.random()).limit(SAMPLE)).all()
    count = sum(not _is_whole(sha256) for sha256 in chosen)
    detail = f"{count} of {len(chosen)} read are missing or changed" if count else f"{len(chosen)} read, as stored"
    mend = "uatapp verify --evidence names them; put them back from a backup" if count else ""
    yield Check("stored files", not count, detail, mend)


def _is_whole(sha256: str) -> bool:
    try:
        storage.get_whole(sha256)
    except Damaged:
        return False
    return True


def _second_step(settings: Settings, found: list[Check]) -> Iterator[Check]:
    """Say who needs a code from a phone, and which administrators have none; a choice of the installation is no fault."""
    if settings.second_factor == "nobody":
        yield Check("second step", True, "nobody needs one: signatures may rest on a password alone")
        return
    if not _are_ok(found, "database", "schema"):
        return
    without = [row.name for row in people.list_administrators() if people.find_factor(row.id) is None]
    detail = f"needed by {settings.second_factor}" + (
        f"; not set up yet by {', '.join(without[:5])}" if without else ""
    )
    yield Check("second step", True, detail)


def _jobs(found: list[Check]) -> Iterator[Check]:
    if not _are_ok(found, "database", "schema"):
        return
    count = sa.select(sa.func.count(Job.id))
    failed = db.session.scalar(count.where(Job.state == JobState.FAILED)) or 0
    late = sa.and_(Job.state != JobState.FAILED, Job.done_at.is_(None), Job.due_at < clock.now() - LATE)
    waiting = db.session.scalar(count.where(late)) or 0
    press = "open Administration, Jobs, and press “Try again”"
    yield Check("failed jobs", not failed, str(failed), press if failed else "")
    yield Check("waiting jobs", not waiting, f"{waiting} for over an hour", "uatapp worker" if waiting else "")
