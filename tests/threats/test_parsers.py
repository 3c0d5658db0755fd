"""Requests made to exhaust whoever reads them: refused with 4xx, before they cost anything."""

import gzip
import resource
from io import BytesIO

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.world import World
from uatapp.defects.models import Defect
from uatapp.kernel.db import db

PAGE = "/projects/PAY/defects/new"
MULTIPART = "multipart/form-data; boundary=b"
PART = b"--b\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n"


def _send(site: World, body: bytes, kind: str, **more: str) -> TestResponse:
    answer = site.client("tester").post(PAGE, data=body, content_type=kind, headers=more)
    assert not db.session.scalars(sa.select(Defect)).all()
    return answer


@pytest.mark.proves("T37")
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PART % (b"a", b"") * 100_000 + b"--b--\r\n", MULTIPART),
        (PART % (b"title", b"x" * 5 * 1024**2) + b"--b--\r\n", MULTIPART),
        (b"title=" + b"x" * 5 * 1024**2, "application/x-www-form-urlencoded"),
        (b"&".join([b"a=1"] * 1_500_000), "application/x-www-form-urlencoded"),
    ],
    ids=["parts", "field", "urlencoded", "pairs"],
)
def test_what_is_too_much_is_refused(site: World, body: bytes, kind: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = _send(site, body, kind)
    assert answer.status_code == 413
    assert "This is too large" in answer.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.proves("T37")
def test_a_body_that_says_it_is_huge_is_not_read(site: World) -> None:
    class Unread(BytesIO):
        def read(self, *_size: int | None) -> bytes:
            raise AssertionError("somebody reads")

    for path in (PAGE, "/sign-in", "/check/ABC"):
        environ = {"wsgi.input": Unread(b"x"), "CONTENT_LENGTH": str(500 * 1024**2), "CONTENT_TYPE": MULTIPART}
        answer = site.client("tester").post(path, environ_overrides=environ)
        assert answer.status_code == 413, path


@pytest.mark.proves("T37")
@pytest.mark.parametrize(
    ("body", "kind", "more"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "application/json", {}),
        (b'{"a":' * 100_000, "application/json", {"Accept": "application/json"}),
        (
            gzip.compress(b"title=" + b"x" * 20_000_000),
            "application/x-www-form-urlencoded",
            {"Content-Encoding": "gzip"},
        ),
        (b"--b\r\n" + b"X-Long: " + b"y" * 200_000, MULTIPART, {}),
        (b"--b\r\n", "multipart/form-data", {}),
        (b"--b\r\n", "multipart/form-data; boundary=" + "b" * 50_000, {}),
        (b"\xff\xfe%zz=%&&==", "application/x-www-form-urlencoded; charset=utf-7", {}),
        (b"title=x", "text/plain", {}),
    ],
    ids=["deep", "json", "gzip", "header", "unbounded", "boundary", "bytes", "plain"],
)
def test_odd_bodies_are_forms_that_are_not_filled_in(site: World, body: bytes, kind: str, more: dict[str, str]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _send(site, body, kind, **more).status_code in (400, 413, 415, 422)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024
