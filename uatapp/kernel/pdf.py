"""HTML to PDF in a child process of its own: limited, one at a time, without network, with the same bytes each time.

The child is `python -m uatapp.kernel.pdf`; WeasyPrint is imported there and nowhere else.
"""

import base64
import contextlib
import fcntl
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from uatapp.kernel import fonts

SCHEME = "res:"
LINKS = ("https", "mailto")
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
MEMORY = 1024**3
CPU_SECONDS = 180
WALL_SECONDS = 420
DONE = b"done\n"


class PdfFailed(RuntimeError):
    """The child made no PDF; the message is the last thing that it said."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file carried inside the PDF; `relationship` as PDF/A-3 has it: Source, Data or Supplement."""

    name: str
    content: bytes
    relationship: str = "Supplement"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document to render. `resources` are all that it may refer to, by `res:name`; `identifier` names the file."""

    html: str
    epoch: datetime
    identifier: bytes
    resources: Mapping[str, bytes] = field(default_factory=dict)
    attachments: tuple[Attached, ...] = ()
    variant: str | None = "pdf/a-3a"


_present: ContextVar["_Child | None"] = ContextVar("pdf_child", default=None)


def render(
    html: str,
    *,
    resources: Mapping[str, bytes],
    epoch: datetime,
    identifier: bytes,
    attachments: tuple[Attached, ...] = (),
    variant: str | None = "pdf/a-3a",
) -> bytes:
    """Render one document; the same input gives the same bytes. Raises PdfFailed."""
    return render_all([Sheet(html, epoch, identifier, resources, attachments, variant)])[0]


def render_all(sheets: Sequence[Sheet]) -> list[bytes]:
    """Render several documents in one child, in order. All carry the first one's epoch. Raises PdfFailed."""
    return _in_child("render", sheets)


def first_on_one_page(sheets: Sequence[Sheet]) -> int:
    """Lay documents out one after another, return the first that takes one page, else the last. Raises PdfFailed."""
    return len(_in_child("fit", sheets)) - 1


@contextmanager
def one_child() -> Iterator[None]:
    """Let all that is rendered in the block come from one child: it starts once, and is warm from the second on."""
    if _present.get() is not None:
        yield
        return
    with _alone(), _Child() as child:
        token = _present.set(child)
        try:
            yield
        finally:
            _present.reset(token)


def _in_child(task: str, sheets: Sequence[Sheet]) -> list[bytes]:
    child = _present.get()
    if child is not None:
        return child.do(task, sheets)
    with one_child():
        return _in_child(task, sheets)


class _Child:
    """The process that renders, in a folder of its own: told a task a line, it says when each is done."""

    def __enter__(self) -> "_Child":
        self._folder = tempfile.TemporaryDirectory(prefix="uatapp-pdf-")
        folder = Path(self._folder.name)
        (folder / "fonts.conf").write_text(fonts.configuration(folder / "cache"), encoding="utf-8")
        self._said = (folder / "said").open("w+b")
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "uatapp.kernel.pdf", str(folder)],
            env=_environment(folder), cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()
        self._folder.cleanup()

    def do(self, task: str, sheets: Sequence[Sheet]) -> list[bytes]:
        """Have sheets rendered ("render") or laid out until one takes a page ("fit"). Raises PdfFailed."""
        folder = Path(self._folder.name)
        (folder / "sheets.json").write_text(json.dumps([_packed(sheet) for sheet in sheets]), encoding="utf-8")
        self._tell(task)
        results = [folder / str(number) for number in range(len(sheets))]
        made = [result.read_bytes() for result in results if result.exists()]
        for result in results:
            result.unlink(missing_ok=True)
        return made

    def _tell(self, task: str) -> None:
        pipes = self._process
        assert pipes.stdin is not None  # noqa: S101 - both are pipes
        assert pipes.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            pipes.stdin.write(f"{task}\n".encode())
            pipes.stdin.flush()
        ready, _, _ = select.select([pipes.stdout], [], [], WALL_SECONDS)
        if not ready:
            raise PdfFailed(f"The PDF was not ready after {WALL_SECONDS} seconds.")
        if pipes.stdout.readline() != DONE:
            raise PdfFailed(f"The PDF could not be made (exit {pipes.wait()}): {self._last_words()}")

    def _last_words(self) -> str:
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        return said[-1] if said else "nothing said"


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other thread or process on this machine renders: one PDF may take half of its memory."""
    path = Path(tempfile.gettempdir()) / f"uatapp-pdf-{os.getuid()}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _environment(folder: Path) -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(root),
        "PYTHONHASHSEED": "0",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
    }


def _packed(sheet: Sheet) -> dict[str, Any]:
    packed = asdict(sheet) | {"epoch": sheet.epoch.isoformat(), "identifier": _coded(sheet.identifier)}
    packed["resources"] = {name: _coded(content) for name, content in sheet.resources.items()}
    packed["attachments"] = [asdict(file) | {"content": _coded(file.content)} for file in sheet.attachments]
    return packed


def _unpacked(packed: dict[str, Any]) -> Sheet:
    packed["epoch"] = datetime.fromisoformat(packed["epoch"])
    packed["identifier"] = base64.b64decode(packed["identifier"])
    packed["resources"] = {name: base64.b64decode(content) for name, content in packed["resources"].items()}
    files = [file | {"content": base64.b64decode(file["content"])} for file in packed["attachments"]]
    return Sheet(**packed | {"attachments": tuple(Attached(**file) for file in files)})


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


# ---- in the child ----


def main(folder: Path) -> None:
    """Render or fit what the folder asks for, a task a line, under limits and cut off from the network."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import weasyprint

    sys.addaudithook(_cut_off)
    for line in sys.stdin:
        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        _work(weasyprint, line.strip(), folder)
        sys.stdout.buffer.write(DONE)
        sys.stdout.flush()


def _work(weasyprint: Any, task: str, folder: Path) -> None:
    sheets = [_unpacked(packed) for packed in json.loads((folder / "sheets.json").read_text(encoding="utf-8"))]
    os.environ["SOURCE_DATE_EPOCH"] = str(int(sheets[0].epoch.timestamp()))
    for number, sheet in enumerate(sheets):
        document = weasyprint.HTML(string=sheet.html, url_fetcher=_fetcher(weasyprint, sheet.resources)).render()
        (folder / str(number)).write_bytes(_written(weasyprint, document, sheet) if task == "render" else b"")
        if task == "fit" and len(document.pages) == 1:
            return


def _cut_off(event: str, _arguments: object) -> None:
    """Refuse connections and processes: a second fence behind the fetcher."""
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.system", "os.posix_spawn"):
        raise PermissionError(f"A PDF is rendered without {event}.")


def _written(weasyprint: Any, document: Any, sheet: Sheet) -> bytes:
    for page in document.pages:
        page.links = [link for link in page.links if _may_stay(link[0], str(link[1]))]
    data = document.write_pdf(
        pdf_variant=sheet.variant,
        pdf_tags=sheet.variant is not None,
        pdf_identifier=sheet.identifier,
        attachments=[_attachment(weasyprint, file, sheet.epoch) for file in sheet.attachments],
    )
    return bytes(data)


def _fetcher(weasyprint: Any, resources: Mapping[str, bytes]) -> Any:
    """Return a fetcher that hands out the named resources and refuses everything else."""

    class Fetcher(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            content = resources.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
            if content is None:
                raise ValueError("A PDF may refer to its own resources only.")
            kind = TYPES.get(Path(url).suffix, "application/octet-stream")
            return weasyprint.urls.URLFetcherResponse(url, content, {"Content-Type": kind})

    return Fetcher()


def _may_stay(kind: str, target: str) -> bool:
    if kind == "internal":
        return True
    try:
        return kind == "external" and urlsplit(target).scheme.lower() in LINKS
    except ValueError:
        return False


def _attachment(weasyprint: Any, file: Attached, epoch: datetime) -> Any:
    at = epoch.astimezone(UTC)
    return weasyprint.Attachment(
        string=file.content,
        name=file.name,
        description=file.description or None,
        created=at,
        modified=at,
        relationship=file.relationship,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
