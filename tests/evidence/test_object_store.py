"""Evidence in an object store that speaks S3: the same promises as a folder, and a plain refusal when it is away."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.factories import flow
from tests.operations.company import BUCKET, object_store
from tests.world import World
from uatapp.config import Settings
from uatapp.evidence.models import Evidence
from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound, Unavailable
from uatapp.operations import doctor
from uatapp.operations.verify import Options, verify

RUNS = "/projects/PAY/runs"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of a store, reached with the usual variables."""
    with object_store() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield f"s3://{BUCKET}/of/this/installation"


@pytest.fixture
def stored(site: World, bucket: str) -> World:
    """A world whose evidence is in the store."""
    site.app.config["EVIDENCE_URL"] = bucket
    return site


@pytest.mark.proves("F31")
def test_files_are_written_once_and_what_is_missing_is_said(stored: World) -> None:
    sha256 = storage.put(b"as it was")
    assert storage.put(b"as it was") == sha256
    assert (storage.get(sha256), storage.exists(sha256)) == (b"as it was", True)
    assert not storage.exists("0" * 64)
    with pytest.raises(NotFound):
        storage.get("0" * 64)
    storage.reach()


def test_what_is_there_is_never_written_over(stored: World, bucket: str) -> None:
    sha256 = storage.put(b"first")
    with pytest.raises(storage.AlreadyExistsError):
        storage.obstore.put(storage._open(bucket), storage._path(sha256), b"second", mode="create")
    assert storage.get(sha256) == b"first"


def attach(world: World) -> tuple[TestResponse, int]:
    """Attach a file to a test through the page; return the answer and the assignment."""
    flow.open_cycle(world, flow.make_cases(world, 1))
    row, browser = flow.assignments(world)[0].id, world.client("tester")
    browser.post(f"{RUNS}/start/{row}")
    sent = {"version": "1", "files": (BytesIO(b"order 7 was saved"), "note.txt")}
    return browser.post(f"{RUNS}/open/{row}/files", data=sent), row


def test_a_file_of_the_page_comes_back_and_is_verified(stored: World) -> None:
    answer, row = attach(stored)
    assert answer.status_code == 303
    found = db.session.query(Evidence).one()
    assert not list(Path(stored.app.config["UATAPP"].home).glob("evidence/*/*"))
    shown = stored.client("tester").get(f"{RUNS}/open/{row}/files/{found.token}")
    assert shown.data == b"order 7 was saved"
    db.session.rollback()
    assert verify(Options(evidence=True)).exit_code == 0


@pytest.mark.proves("F31")
def test_a_file_lost_from_the_store_is_named_by_verify(stored: World, bucket: str) -> None:
    attach(stored)
    found = db.session.query(Evidence).one()
    storage.obstore.delete(storage._open(bucket), storage._path(found.sha256))
    db.session.rollback()
    report = verify(Options(evidence=True))
    assert report.exit_code == 1
    assert len(report.findings) == 1


@pytest.mark.proves("F31")
def test_a_changed_file_is_named_by_doctor_and_not_shown(stored: World, bucket: str) -> None:
    _answer, row = attach(stored)
    found = db.session.query(Evidence).one()
    token, path = found.token, storage._path(found.sha256)
    assert [check.ok for check in doctor.examine(stored.app) if check.name == "stored files"] == [True]
    storage.obstore.put(storage._open(bucket), path, b"order 8 was saved")
    db.session.rollback()
    answer = stored.client("tester").get(f"{RUNS}/open/{row}/files/{token}")
    assert answer.status_code == 410
    assert "missing or was changed" in answer.text
    assert b"order 8" not in answer.data
    (check,) = [check for check in doctor.examine(stored.app) if check.name == "stored files"]
    assert (check.ok, check.detail) == (False, "1 of 1 read are missing or changed")
    storage.obstore.delete(storage._open(bucket), path)
    assert stored.client("tester").get(f"{RUNS}/open/{row}/files/{token}").status_code == 410


@pytest.mark.proves("T36")
@pytest.mark.parametrize("url", ["s3://no-such-bucket", "away"])
def test_a_store_that_is_away_refuses_in_plain_words(
    site: World, bucket: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url == "away":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    site.app.config["EVIDENCE_URL"] = f"s3://{url.removeprefix('s3://')}"
    answer, _row = attach(site)
    assert answer.status_code == 503
    assert "Please try again in a moment" in answer.text
    assert not any(word in answer.text for word in ("s3:", "bucket", "127.0.0.1"))
    assert db.session.query(Evidence).count() == 0
    with pytest.raises(Unavailable, match="try again"):
        storage.put(b"x")
    ready = site.client().get("/readyz")
    assert (ready.status_code, ready.text) == (503, "The store of evidence cannot be reached.\n")
    settings = Settings(home=site.app.config["UATAPP"].home, evidence_url=site.app.config["EVIDENCE_URL"])
    (check,) = doctor._evidence(settings)
    assert (check.ok, "\n" in check.detail) == (False, False)
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in check.detail
