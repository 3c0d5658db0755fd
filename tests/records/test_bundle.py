"""What proves a sign-off, taken away and checked elsewhere: by one file, without this program and without a network."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.records.test_certificates import OFFLINE
from tests.threats.two import Two
from uatapp.audit.models import AuditEntry
from uatapp.kernel.clock import now
from uatapp.kernel.db import db
from uatapp.kernel.keys import Keys
from uatapp.operations.verify import Options, verify

pytestmark = pytest.mark.proves("E15")
ADDRESS = "/projects/PAY/signoffs/1/bundle.zip"
FILES = {
    "README.txt", "certificate.pdf", "snapshot.json", "signatures.json", "evidence.json", "events.jsonl", "checkpoint.txt",
    "keys.pem", "check_bundle.py",
}  # fmt: skip


@pytest.fixture(scope="module")
def taken(two_projects: Two, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take the bundle as the auditor does; return the folder it was unpacked to."""
    answer = two_projects.own.client("auditor").post(ADDRESS)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    folder = tmp_path_factory.mktemp("taken")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
        assert set(bundle.namelist()) == FILES
        bundle.extractall(folder)
    return folder


def checked(folder: Path) -> tuple[int, str]:
    """Run the file that lies in the folder: no package of ours in reach, every connection refused."""
    program = (
        OFFLINE.partition("from uatapp")[0]
        + "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-I", "-c", program, str(folder / "check_bundle.py"), str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_what_nobody_touched_fits_together(taken: Path) -> None:
    assert checked(taken) == (0, "Everything fits together.\n")


def test_the_verifier_needs_nothing_of_this_program(taken: Path) -> None:
    lines = (taken / "check_bundle.py").read_text().splitlines()
    imports = {line.split()[1].partition(".")[0] for line in lines if line.lstrip().startswith(("import ", "from "))}
    assert imports <= {*sys.stdlib_module_names, "cryptography"}


CHANGED = ("certificate.pdf", "snapshot.json", "signatures.json", "evidence.json", "events.jsonl", "checkpoint.txt")


@pytest.mark.parametrize("name", CHANGED)
def test_one_changed_byte_is_found(taken: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "other"
    shutil.copytree(taken, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    code, said = checked(folder)
    assert (code, "NOT IN ORDER" in said) == (1, True), said


def test_a_missing_part_could_not_be_checked(taken: Path, tmp_path: Path) -> None:
    shutil.copytree(taken, tmp_path / "less")
    (tmp_path / "less" / "keys.pem").unlink()
    assert checked(tmp_path / "less")[0] == 2


def test_foreign_keys_and_a_trail_without_the_signature_are_found(taken: Path, tmp_path: Path) -> None:
    shutil.copytree(taken, tmp_path / "keys")
    (tmp_path / "keys" / "keys.pem").write_bytes(Keys.load_or_create(tmp_path / "k", "elsewhere", now()).public_pem)
    assert "not signed with the key" in checked(tmp_path / "keys")[1]
    shutil.copytree(taken, tmp_path / "short")
    lines = (taken / "events.jsonl").read_text().splitlines(keepends=True)
    until = next(
        n for n, line in enumerate(lines) if json.loads(json.loads(line)["body"])["action"] == "signoff.signed"
    )
    (tmp_path / "short" / "events.jsonl").write_text("".join(lines[:until]))
    said = checked(tmp_path / "short")[1]
    assert "does not tell that Henrik Dahl signed" in said
    assert "the checkpoint names" in said


def test_who_takes_it_is_told_and_who_may_not_read_the_trail_gets_nothing(two_projects: Two) -> None:
    full = two_projects.own
    told = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "certificate.bundle_taken")
    before = db.session.scalar(told) or 0
    for name, status in (("sponsor", 403), ("tester", 403), ("lead", 403), ("stranger", 404), ("partner_manager", 200)):
        assert full.client(name).post(ADDRESS).status_code == status, name
    assert (db.session.scalar(told) or 0) == before + 1
    assert full.client("auditor").post(ADDRESS.replace("/1/", "/2/")).status_code == 404
    assert "Take all that proves it" in full.client("auditor").get("/projects/PAY/signoffs/1").text
    assert "Take all that proves it" not in full.client("sponsor").get("/projects/PAY/signoffs/1").text


def test_verify_checks_a_bundle_against_keys_that_are_trusted(two_projects: Two, taken: Path, tmp_path: Path) -> None:
    data = two_projects.own.client("auditor").post(ADDRESS).data
    whole, cut, other, foreign = (tmp_path / f"{name}.zip" for name in ("whole", "cut", "other", "foreign"))
    whole.write_bytes(data)
    cut.write_bytes(data[: len(data) // 2])
    with zipfile.ZipFile(other, "w") as bundle:
        for name in FILES:
            content = (taken / name).read_bytes()
            bundle.writestr(
                name, content.replace(b"Henrik Dahl", b"Henrik Dahr") if name == "signatures.json" else content
            )
    foreign.write_bytes(Keys.load_or_create(tmp_path / "k2", "elsewhere", now()).public_pem)
    assert verify(Options(project="PAY", bundle=whole)).exit_code == 0
    assert verify(Options(project="PAY", bundle=cut)).exit_code == 2
    changed = [finding.reason for finding in verify(Options(project="PAY", bundle=other)).findings]
    assert "the audit trail does not tell that Henrik Dahr signed this scope" in changed
    assert "signatures.json is not the one that the certificate carries" in changed
    assert verify(Options(project="OTH", bundle=whole, key=foreign)).exit_code == 1
