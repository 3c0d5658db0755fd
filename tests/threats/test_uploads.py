"""Hostile files and names through the upload of an open test: refused with a sentence, or given back inert."""

import re
import resource
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.factories import flow
from tests.threats import files
from tests.world import World
from uatapp.evidence.models import Evidence
from uatapp.kernel import storage
from uatapp.kernel.db import db

REMARK = "typed, and not to be lost"


@pytest.fixture
def open_test(site: World) -> str:
    """Start a test and return its address."""
    flow.open_cycle(site, flow.make_cases(site, 1))
    number = flow.assignments(site)[0].id
    site.client("tester").post(f"/projects/PAY/runs/start/{number}")
    return f"/projects/PAY/runs/open/{number}"


def send(site: World, page: str, name: str, data: bytes, version: str = "1") -> TestResponse:
    """Send one file beside a typed remark, under a type that a browser would run."""
    given = files.form({"remark": REMARK, "version": version}, [(name, data)])
    return site.client("tester").post(f"{page}/files", follow_redirects=True, **given)  # type: ignore[arg-type]


def taken() -> list[Evidence]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Evidence).order_by(Evidence.id)))


def get(site: World, page: str, row: Evidence, query: str = "") -> TestResponse:
    return site.client("tester").get(f"{page}/files/{row.token}{query}")


@pytest.mark.proves("T8", "T10")
def test_what_could_run_is_refused_by_name_and_loses_nothing(site: World, open_test: str) -> None:
    for name, data in files.REFUSED.items():
        answer = send(site, open_test, name, data)
        assert f"“{name}” is" in unescape(answer.text), name
        assert REMARK in site.client("tester").get(open_test).text
    given = {"files": (BytesIO(files.SVG), "x.svg"), "remark": "typed just now", "version": "2"}
    submitted = site.client("tester").post(f"{open_test}/submit", data=given)
    assert submitted.status_code == 422
    assert "“x.svg” is not a kind of file" in unescape(submitted.text)
    assert "typed just now" in submitted.text
    assert not taken()


@pytest.mark.proves("T8")
def test_a_report_refuses_what_could_run_and_keeps_what_was_typed(site: World) -> None:
    given = {"files": (BytesIO(files.SVG), "x.svg"), "title": "It is wrong", "description": REMARK, "severity": "major"}
    answer = site.client("tester").post("/projects/PAY/defects/new", data=given)
    assert answer.status_code == 422
    assert "“x.svg” is not a kind of file" in unescape(answer.text)
    assert REMARK in answer.text
    assert not taken()


@pytest.mark.proves("T8")
def test_what_is_taken_is_given_back_inert(site: World, open_test: str) -> None:
    for number, (name, data) in enumerate(files.TAKEN.items()):
        send(site, open_test, name, data)
        row = taken()[number]
        original, shown = get(site, open_test, row), get(site, open_test, row, "?copy=display")
        assert original.data == data
        for answer in (original, shown):
            assert answer.mimetype in ("image/png", "image/jpeg", "application/pdf", "text/plain"), name
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        for answer in (original, shown) if row.display_sha256 is None else (original,):
            assert answer.headers["Content-Disposition"].startswith("attachment;"), name
        if row.display_sha256:
            assert shown.data.startswith(b"\x89PNG")
            assert b"alert" not in shown.data


@pytest.mark.proves("T9")
def test_names_are_only_words_to_show(site: World, open_test: str) -> None:
    for number, (name, kept) in enumerate(files.NAMES.items()):
        page = send(site, open_test, name, files.picture())
        assert len(taken()) == number + 1, name
        row = taken()[number]
        assert row.name == kept
        assert kept in unescape(page.text)
        assert not re.search(r"<img[^>]*onerror", page.text)
        answer = get(site, open_test, row)
        assert _name_in(answer) == kept
        assert answer.headers.getlist("Set-Cookie") == []
    held = [path for path in (site.app.config["UATAPP"].home / "evidence").rglob("*") if path.is_file()]
    assert {path.name for path in held} == {row.sha256, row.display_sha256}


def _name_in(answer: TestResponse) -> str:
    """Return the name that a browser would save the file under."""
    header = answer.headers["Content-Disposition"]
    assert all(" " <= c <= "~" for c in header)
    found = re.fullmatch(r"attachment; filename=(.*?)(?:; filename\*=UTF-8''(.*))?", header)
    assert found is not None
    return unquote(found[2]) if found[2] else found[1].strip('"').replace('\\"', '"')


BOMBS = {
    "claims.png": files.claims(50_000, 50_000),
    "bits.png": files.picture(size=(20_000, 20_000), mode="1"),
    "wide.gif": files.frames(1).replace(b"GIF89a\x01\0\x01\0", b"GIF89a\xff\xff\xff\xff"),
}


@pytest.mark.proves("T10")
def test_pictures_that_would_grow_are_refused_before_they_do(site: World, open_test: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, data in BOMBS.items():
        assert "has too many pixels" in send(site, open_test, name, data).text, name
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert not taken()


@pytest.mark.proves("T10")
def test_many_frames_and_endless_words_make_one_small_copy(site: World, open_test: str) -> None:
    endless = files.picture("JPEG", comment=b"x" * 65_000) + b"\0" * 900_000
    for number, data in enumerate((files.frames(50_000), endless)):
        send(site, open_test, "a.gif", data)
        row = taken()[number]
        assert row.display_sha256
        assert len(storage.get(row.display_sha256)) < 2000


@pytest.mark.proves("T11")
def test_what_is_shown_tells_neither_place_nor_camera_nor_person(site: World, open_test: str) -> None:
    assert files.photo().count(b"SECRET") == 5
    send(site, open_test, "photo.jpg", files.photo())
    (row,) = taken()
    shown = get(site, open_test, row, "?copy=display")
    assert b"SECRET" not in shown.data
    assert b"eXIf" not in shown.data
    assert get(site, open_test, row).data == files.photo()  # the original stays what the tester gave, by its hash
    page = site.client("tester").get(open_test).text
    pictures = re.findall(rf'<img[^>]*src="([^"]*{row.token}[^"]*)"', page)
    assert pictures
    assert all("copy=display" in address for address in pictures)
