"""Taking a file in: what it is by its content, a safe name, the bytes stored once, a copy for display."""

import secrets
import unicodedata
import warnings
import zipfile
from datetime import timedelta
from io import BytesIO

import puremagic
import sqlalchemy as sa
from flask_babel import gettext as _
from PIL import Image, UnidentifiedImageError

from uatapp.evidence.events import EvidenceTaken
from uatapp.evidence.models import Evidence
from uatapp.kernel import clock, storage
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, TooLarge
from uatapp.kernel.uow import record
from uatapp.projects.models import Project

LARGEST = 10 * 1024 * 1024
PER_DAY = 500 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_NAME = 200
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
DISPLAY_EDGE = 2000
OFFICE = {
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def clean_file_name(name: str) -> str:
    """Return a name without path, control and direction characters, of at most 200; never empty."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME:
        name = f"{stem[: LONGEST_NAME - 12]}{dot}{ending[:10]}" if stem else name[:LONGEST_NAME]
    return name or "file"


def take(project: Project, file_name: str, data: bytes, *, by: Actor) -> Evidence:
    """Take one file in. Refuses what is empty, over 10 MB, over the quota, without room, or not safe to show."""
    name = clean_file_name(file_name)
    if not data:
        raise Invalid(_("“%(name)s” is empty. Choose the file again.", name=name))
    if len(data) > LARGEST:
        raise TooLarge(_("“%(name)s” has more than 10 MB. Save it smaller, or give a part of it.", name=name))
    _check_quota(project, len(data), by)
    storage.check_room(len(data))
    media_type, display = _known(name, data)
    row = Evidence(
        project_id=project.id,
        token=secrets.token_urlsafe(16),
        sha256=storage.put(data),
        display_sha256=storage.put(display) if display else None,
        name=name,
        media_type=media_type,
        size=len(data),
        by_id=by.user_id,
    )
    db.session.add(row)
    record(EvidenceTaken(project_id=project.id, subject=row.token, by=by, sha256=row.sha256, name=name), row)
    db.session.flush()
    return row


def _check_quota(project: Project, size: int, by: Actor) -> None:
    where = (Evidence.by_id == by.user_id, Evidence.at > clock.now() - timedelta(days=1))
    used = db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Evidence.size), 0)).where(*where)) or 0
    if used + size > PER_DAY:
        raise TooLarge(_("You have added 500 MB today. Please go on tomorrow, or add smaller pictures."))


def _known(name: str, data: bytes) -> tuple[str, bytes | None]:
    """Return the media type by content, and a display copy of pictures; refuse everything else."""
    picture = _picture(name, data)
    if picture:
        return picture
    if data.startswith(b"%PDF-"):
        return "application/pdf", None
    if data.startswith(b"PK\x03\x04"):
        return _office(name, data), None
    if _is_plain_text(name, data):
        return "text/plain", None
    raise Invalid(
        _("“%(name)s” is not a kind of file we can show safely. Use a picture (PNG, JPEG, WebP, GIF), a PDF, "
          "text, Excel or Word file.", name=name)
    )  # fmt: skip


def _picture(name: str, data: bytes) -> tuple[str, bytes] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=tuple(PICTURES)) as picture:
                kind = PICTURES[picture.format or ""]
                if picture.width * picture.height > MOST_PIXELS:
                    raise TooLarge(_("“%(name)s” has too many pixels. Make the picture smaller.", name=name))
                return kind, _display_copy(picture)
    except UnidentifiedImageError:
        return None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise TooLarge(_("“%(name)s” has too many pixels. Make the picture smaller.", name=name)) from bomb
    except (OSError, SyntaxError, ValueError) as broken:
        raise Invalid(_("“%(name)s” is damaged and cannot be shown. Take the picture again.", name=name)) from broken


def _display_copy(picture: Image.Image) -> bytes:
    """Re-encode the first frame without metadata, at most 2000 pixels wide or high."""
    copy = picture.convert("RGBA" if picture.mode in ("RGBA", "LA", "P", "PA") else "RGB")
    copy.thumbnail((DISPLAY_EDGE, DISPLAY_EDGE))
    clean = Image.new(copy.mode, copy.size)
    clean.paste(copy)
    out = BytesIO()
    clean.save(out, "PNG", optimize=False)
    return out.getvalue()


def _office(name: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError) as broken:
        raise Invalid(_("“%(name)s” is damaged. Save it again and choose it once more.", name=name)) from broken
    for part, media_type in OFFICE.items():
        if part in names and not any("vbaProject" in other for other in names):
            return media_type
    raise Invalid(_("“%(name)s” is an archive we cannot show. Add the pictures or documents in it.", name=name))


def _is_plain_text(name: str, data: bytes) -> bool:
    """Say whether it is text that no browser would take for a page: no markup at its start, a text's ending."""
    if not name.lower().endswith((".txt", ".log", ".csv")) or b"\x00" in data:
        return False
    try:
        start = data.decode("utf-8-sig").lstrip()[:2000].lower()
    except UnicodeDecodeError:
        return False
    markup = ("<!doctype", "<html", "<svg", "<?xml", "<script", "<body", "<head")
    return not any(tag in start for tag in markup) and not _is_other(data)


def _is_other(data: bytes) -> bool:
    try:
        return puremagic.from_string(data[:4096], mime=True) in ("text/html", "image/svg+xml", "application/xml")
    except puremagic.PureError:
        return False
