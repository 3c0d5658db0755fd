"""What was taken of a sign-off as a ZIP: its parts against each other, and against keys that the reader trusts."""

import tempfile
import zipfile
from pathlib import Path

from uatapp.kernel.keys import verify_note
from uatapp.operations.checks.certificates import check_seal
from uatapp.operations.checks.checkpoints import Trusted
from uatapp.operations.checks.report import CouldNotCheckError, Report
from uatapp.signoffs import check_bundle

PARTS = (
    "certificate.pdf", "snapshot.json", "signatures.json", "evidence.json", "events.jsonl", "checkpoint.txt", "keys.pem",
)  # fmt: skip
LARGEST = 4 * 1024**3


def check_file(report: Report, path: Path, trusted: Trusted) -> None:
    """Check a bundle by itself; needs no database and no connection, only the keys trusted."""
    key = trusted.checkpoint_key
    with tempfile.TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        report.counts["bundles"] += 1
        try:
            found = list(check_bundle.check(Path(folder)))
        except (ValueError, KeyError, TypeError, AttributeError) as odd:
            found = [f"a part of it cannot be read: {odd!r}"]
        if not verify_note((Path(folder) / "checkpoint.txt").read_text(errors="replace"), key):
            found.append("its checkpoint is not signed with the key that is trusted")
        for sentence in found:
            report.bad(path.name, 0, sentence)
        check_seal(report, Path(folder) / "certificate.pdf", trusted)


def _unpack(path: Path, folder: Path) -> None:
    """Take out the parts that are known, under names of our own."""
    try:
        with zipfile.ZipFile(path) as bundle:
            if sum(bundle.getinfo(name).file_size for name in PARTS) > LARGEST:
                raise CouldNotCheckError(f"{path.name} is larger than any bundle of ours.")
            for name in PARTS:
                (folder / name).write_bytes(bundle.read(name))
    except (zipfile.BadZipFile, KeyError) as odd:
        raise CouldNotCheckError(f"{path.name} is not a whole bundle of a sign-off: {odd}") from odd
