"""Certificates that were given away: checked without us, of every version, by keys of then; and what they never claim."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.factories import certificates as made
from tests.operations.insider import Insider
from tests.records.again import written
from tests.threats.two import Two
from uatapp.kernel import seal
from uatapp.kernel.db import db
from uatapp.operations.verify import Options, verify
from uatapp.signoffs import documents, statements

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent / "certificates"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DECISIONS = ("accepted", "accepted_with_conditions", "rejected")
KINDS = [f"{folder.name}/{decision}" for folder in sorted(KEPT.glob("*")) for decision in DECISIONS]
# what the law calls them otherwise; a certificate that said so would claim more than it is
CLAIMS = re.compile(r"\b(qualified|advanced electronic|compliant|compliance|certified by|legally binding|notari)", re.I)


def test_certificates_of_this_version_are_kept(tmp_path: Path) -> None:
    """UATAPP_KEEP_CERTIFICATES=1 makes those of a new version, with keys that are thrown away but for their public part."""
    folder = KEPT / VERSION
    if os.environ.get("UATAPP_KEEP_CERTIFICATES"):
        folder.mkdir(parents=True)
        keys = made.keys(tmp_path)
        (folder / "keys.pem").write_bytes(keys.public_pem)
        for decision in DECISIONS:
            sealed = documents.render_certificate(made.certificate(keys, decision), keys, at=made.NOW)
            (folder / f"{decision}.pdf").write_bytes(sealed)
    assert {path.name for path in folder.iterdir()} == {"keys.pem", *(f"{decision}.pdf" for decision in DECISIONS)}
    assert "PRIVATE" not in (folder / "keys.pem").read_text()


@pytest.mark.proves("E16", "E15")
@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_of_an_earlier_version_is_genuine_still(kind: str) -> None:
    path = KEPT / f"{kind}.pdf"
    data, keys = path.read_bytes(), (path.parent / "keys.pem").read_bytes()
    checked = seal.check_pdf(data, [keys])
    assert (checked.genuine, checked.reasons) == (True, ())
    record = json.loads(checked.attachments["signatures.json"])
    assert record["decision"] == path.stem
    snapshot = json.loads(checked.attachments["snapshot.json"])
    assert hashlib.sha256(written(snapshot).encode()).hexdigest() == record["snapshot_sha256"]
    assert {signature["snapshot_hash"] for signature in record["signatures"]} == {record["snapshot_sha256"]}


@pytest.mark.proves("E16")
def test_keys_that_came_later_neither_bless_nor_blame_an_old_certificate(tmp_path: Path) -> None:
    data = (KEPT / VERSION / "accepted.pdf").read_bytes()
    then, later = (KEPT / VERSION / "keys.pem").read_bytes(), made.keys(tmp_path).public_pem
    assert not seal.check_pdf(data, [later]).genuine
    assert seal.check_pdf(data, [then, later]).genuine
    assert seal.check_pdf(data, [later, then]).genuine


@pytest.mark.proves("E15")
def test_a_certificate_is_checked_on_a_machine_that_has_nothing_but_the_key(tmp_path: Path) -> None:
    """No database, no installation, and a network that refuses every connection."""
    paper, keys = tmp_path / "paper.pdf", KEPT / VERSION / "keys.pem"
    data = (KEPT / VERSION / "accepted.pdf").read_bytes()
    command = [sys.executable, "-c", OFFLINE, "verify", "--certificate", str(paper), "--key", str(keys)]
    environment = {**os.environ, "UATAPP_HOME": str(tmp_path / "nothing"), "PYTHONPATH": str(ROOT)}
    paper.write_bytes(data)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Checked 1 certificates" in done.stdout


OFFLINE = """
import socket
def refuse(*args, **kwargs): raise OSError("no network here")
socket.socket.connect = refuse
from uatapp.cli import main
main()
"""


@pytest.mark.proves("E37")
def test_no_page_paper_or_mail_claims_more_than_a_simple_signature() -> None:
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in {".html", ".txt"}
    }
    texts |= {path: path.read_text(encoding="utf-8") for path in (ROOT / "uatapp").rglob("*.py")}
    found = [f"{path.relative_to(ROOT)}: {claim[0]}" for path, text in texts.items() for claim in CLAIMS.finditer(text)]
    assert found == []
    assert not [words for words in statements.STATEMENTS.values() if CLAIMS.search(words)]


@pytest.mark.proves("E14", "E29")
def test_another_picture_in_the_place_of_evidence_is_found(fresh_projects: Two) -> None:
    """A valid file of the same name in the store, and one that is gone."""
    assert verify(Options(evidence=True)).findings == []
    evidence = fresh_projects.own.app.config["UATAPP"].home / "evidence"
    sha256 = db.session.scalars(sa.text("SELECT sha256 FROM evidence")).first()
    (path,) = [file for file in evidence.rglob("*") if file.name == sha256]
    path.chmod(0o600)
    Image.new("RGB", (4, 4), "red").save(path, format="PNG")
    assert any("changed" in finding.reason for finding in verify(Options(evidence=True)).findings)
    path.unlink()
    assert any("missing" in finding.reason for finding in verify(Options(evidence=True)).findings)


MOVED = {
    "to another sign-off": "UPDATE signature SET signoff_id = {other}, signoff_reference = 'PAY-S2' WHERE id = {one}",
    "to another hash": "UPDATE signature SET snapshot_sha256 = '" + "0" * 64 + "' WHERE id = {one}",
    "to another project": "UPDATE signature SET project_id = {foreign} WHERE id = {one}",
    "to another person": "UPDATE signature SET user_id = 1 WHERE id = {one}",
}


@pytest.mark.proves("E13", "E14")
@pytest.mark.parametrize("how", MOVED)
def test_a_signature_that_is_moved_is_found_and_named(fresh_projects: Two, how: str) -> None:
    full = fresh_projects.own
    one = db.session.scalars(sa.text("SELECT id FROM signature WHERE signoff_reference = 'PAY-S1'")).one()
    other = db.session.scalars(
        sa.text(f"SELECT id FROM signoff WHERE project_id = {full.project.id} AND number = 2")
    ).one()
    foreign = fresh_projects.foreign.project.id
    db.session.remove()
    with Insider(full).at_work(keep=True) as connection:
        connection.exec_driver_sql(MOVED[how].format(one=one, other=other, foreign=foreign))
    reasons = " ".join(finding.reason for finding in verify(Options()).findings)
    assert "PAY-S" in reasons or "signature" in reasons
