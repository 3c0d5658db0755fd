"""What is handed over for import: files, folders and zip archives become paths with bytes, or one fault each."""

import io
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from flask_babel import gettext as _

from uatapp.gherkin.caps import MAX_BYTES
from uatapp.requirements import sheets

MAX_FILES = 5_000
MAX_INFLATED = 100 * 1024 * 1024
LONGEST_PATH = 400
SUFFIX = ".feature"
_SHEETS = (sheets.SUFFIX, ".xlsm", ".xls", ".xlsb", ".ods")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file could not be read: one for each document."""

    path: str
    line: int
    column: int
    message: str

    def as_row(self) -> dict[str, object]:
        return {"path": self.path, "line": self.line, "column": self.column, "message": self.message}


@dataclass(slots=True)
class Upload:
    """Documents by their path. `whole` says that a folder or an archive was given, so that what moved shows.

    Earlier texts that come `back` settle by themselves who is who; documents named in `gone` are taken out.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    whole: bool = False
    back: bool = False
    gone: frozenset[str] = frozenset()

    def add(self, path: str, data: bytes) -> None:
        """Take one document in. The same one twice is one; another one of the same path is a fault."""
        if len(data) > MAX_BYTES:
            self.refuse(path, _("The file has more than 2 MB. Please split it."))
        elif self.files.setdefault(path, data) != data:
            self.refuse(path, _("Two different files have this path. Give one of them another name."))

    def refuse(self, path: str, message: str) -> None:
        if not any(fault.path == path for fault in self.faults):
            self.faults.append(Fault(path[:LONGEST_PATH], 1, 1, message))


def from_uploads(files: Iterable[tuple[str, bytes]]) -> Upload:
    """Read files as a browser sends them: .feature files and zip archives, several at once."""
    upload = Upload()
    for name, data in files:
        base = PurePosixPath(name.replace("\\", "/")).name
        named = (SUFFIX, *_SHEETS)
        if base.lower().endswith(".zip") or (data[:4] == b"PK\x03\x04" and not base.lower().endswith(named)):
            _unzip(upload, base, data)
        elif base.lower().endswith(_SHEETS):
            _read_sheet(upload, base, data)
        else:
            _take(upload, base, data)
    return upload


def _read_sheet(upload: Upload, name: str, data: bytes) -> None:
    """Take in the documents that a spreadsheet holds, or say of each cell what is wrong."""
    try:
        if not name.lower().endswith(sheets.SUFFIX):
            raise sheets.SheetRefused(_("Only .xlsx files are read: save it as one, without macros."))
        found = sheets.read(name, data)
    except sheets.SheetRefused as refused:
        upload.refuse(name, str(refused))
        return
    for path, content in found.files.items():
        upload.add(path, content)
    for fault in found.faults:
        said = _("Cell %(cell)s: %(message)s", cell=fault.cell, message=fault.message)
        upload.faults.append(Fault(name, fault.row, fault.column, said))


def from_paths(paths: Sequence[Path]) -> Upload:
    """Read files, folders and zip archives from the disk; paths of several folders begin with the folder's name."""
    upload = Upload()
    several = sum(path.is_dir() for path in paths) > 1
    for path in paths:
        if path.is_dir():
            upload.whole = True
            _walk(upload, path, f"{path.resolve().name}/" if several else "")
        elif not path.is_file():
            upload.refuse(str(path), _("There is no such file."))
        elif path.name.lower().endswith(".zip"):
            _unzip(upload, path.name, _bounded(path, MAX_INFLATED))
        elif path.name.lower().endswith(_SHEETS):
            _read_sheet(upload, path.name, _bounded(path, sheets.MAX_BYTES))
        else:
            _take(upload, path.name, _bounded(path, MAX_BYTES))
    return upload


def _bounded(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)


def _walk(upload: Upload, folder: Path, prefix: str) -> None:
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            if not name.lower().endswith(SUFFIX) or name.startswith("._"):
                continue
            said = prefix + path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                upload.refuse(said, _("This is a link, not a file. Links are not followed."))
            else:
                _take(upload, said, _bounded(path, MAX_BYTES))


def _take(upload: Upload, path: str, data: bytes) -> None:
    if not path.lower().endswith(SUFFIX):
        upload.refuse(path, _("This is not a .feature file, not an Excel file and not a zip archive."))
    elif reason := odd_path(path):
        upload.refuse(path, reason)
    else:
        upload.add(path, data)


def odd_path(path: str) -> str:
    """Say what is wrong with a document's path; nothing if it is fine."""
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or (len(path) > 1 and path[1] == ":"):
        return str(_("The path is absolute. Use a path inside the archive, such as billing/invoices.feature."))
    if ".." in parts or "." in parts or "" in parts:
        return str(_("The path leads out of its folder. Use a path such as billing/invoices.feature."))
    if len(path) > LONGEST_PATH or any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in path):
        return str(_("The path is too long, or has a character that cannot be stored."))
    return ""


def _unzip(upload: Upload, name: str, data: bytes) -> None:
    upload.whole = True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if reason := _too_much(entries):
                upload.refuse(name, reason)
                return
            _inflate(upload, name, archive, [entry for entry in entries if _is_document(entry.filename)])
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        upload.refuse(name, _("The archive is damaged. Make it again and try once more."))


def _too_much(entries: Sequence[zipfile.ZipInfo]) -> str:
    """Say which cap an archive's list of contents is over, before anything is inflated."""
    if len(entries) > MAX_FILES:
        return str(_("The archive has %(n)s files; the most is 5,000.", n=f"{len(entries):,}"))
    if sum(entry.file_size for entry in entries) > MAX_INFLATED:
        return str(_("The archive is larger than 100 MB when unpacked. Please split it."))
    return ""


def _is_document(name: str) -> bool:
    parts = name.split("/")
    return name.lower().endswith(SUFFIX) and "__MACOSX" not in parts and not parts[-1].startswith("._")


def _inflate(upload: Upload, name: str, archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Read entry by entry within the caps; nothing of an archive that inflates beyond them comes in."""
    taken: list[tuple[str, bytes]] = []
    left = MAX_INFLATED
    for entry, data in _read(upload, archive, entries):
        left -= len(data)
        if left < 0:
            upload.refuse(name, _("The archive is larger than 100 MB when unpacked. Please split it."))
            return
        taken.append((entry, data))
    for path, data in taken:
        upload.add(path, data)


def _read(upload: Upload, archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    for entry in entries:
        # The name as the archive has it: zipfile cuts at a NUL and turns backslashes on some systems.
        path = entry.orig_filename
        if reason := _odd_entry(entry, path):
            upload.refuse(path.replace("\0", ""), reason)
            continue
        try:
            with archive.open(entry) as file:
                yield path, file.read(MAX_BYTES + 1)
        except Exception:
            upload.refuse(path, _("This entry of the archive is damaged."))


def _odd_entry(entry: zipfile.ZipInfo, path: str) -> str:
    if reason := odd_path(path):
        return reason
    if stat.S_ISLNK(entry.external_attr >> 16):
        return str(_("This is a link, not a file. Links are not followed."))
    if entry.flag_bits & _ENCRYPTED:
        return str(_("This entry is protected by a password. Make the archive without one."))
    if entry.compress_type not in _METHODS:
        return str(_("This entry is packed in a way that we cannot read. Make the archive again."))
    if entry.file_size > MAX_BYTES:
        return str(_("The file has more than 2 MB. Please split it."))
    return ""
