"""The page that is open to all: hostile codes and files tell nothing, cost little, and are counted."""

import zlib
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from tests.signoffs.test_signing import bound, closed_cycle, request, sign
from tests.threats import files
from tests.world import World
from uatapp.accounts import rules
from uatapp.kernel import storage
from uatapp.signoffs import check, queries

BOMB = (
    b"%PDF-1.7\n1 0 obj<</Length 99/Filter[/FlateDecode/FlateDecode]>>stream\n"
    + zlib.compress(zlib.compress(b"\0" * 50_000_000))
    + b"\nendstream endobj"
)
PAPERS = {
    "script.pdf": files.PDF_SCRIPT,
    "bomb.pdf": BOMB,
    "xfa.pdf": b"%PDF-1.7\n<</AcroForm<</XFA(<!ENTITY x SYSTEM 'file:///etc/passwd'>)>>>>",
    "broken.pdf": b"%PDF-1.7\nxref\n0 99999999999\ntrailer<</Size -1/Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "pages.pdf": b"%PDF-1.7\n" + b"<</Type/Page>>" * 10_000,
    "<svg onload=alert(1)>.pdf": files.PAGE,
}


@pytest.fixture
def code(site: World) -> str:
    """Sign something and return the code on its paper."""
    closed_cycle(site)
    number = request(site, "sponsor")
    sign(site, "sponsor", number, **bound(site, "sponsor", number))
    certificate = queries.find_certificate(queries.get_signoff(site.project.id, number).id)
    assert certificate is not None
    return str(certificate.check_code)


def compare(site: World, code: str, name: str, data: bytes) -> TestResponse:
    return site.client().post(f"/check/{code}", data={"file": (BytesIO(data), name)})


@pytest.mark.proves("T47", "E17")
def test_hostile_papers_are_only_compared(site: World, code: str) -> None:
    before = {path for path in site.app.config["UATAPP"].home.rglob("*") if path.is_file()}
    for name, data in PAPERS.items():
        answer = compare(site, code, name, data)
        assert answer.status_code == 200, name
        assert "This file is not the one we sealed" in answer.text
        assert "alert(1)" not in answer.text
        assert not storage.exists("0" * 64)
    assert {path for path in site.app.config["UATAPP"].home.rglob("*") if path.is_file()} == before


@pytest.mark.proves("T47", "E17")
def test_a_large_paper_is_refused(site: World, code: str) -> None:
    answer = compare(site, code, "large.pdf", b"%PDF" + b"\0" * check.LARGEST)
    assert answer.status_code == 413
    assert "smaller than 20 MB" in answer.text
    assert compare(site, code, "", b"").status_code == 422


@pytest.mark.proves("T47", "E17")
def test_hostile_codes_are_told_calmly(site: World) -> None:
    for typed in ("<script>alert(1)</script>", "' OR 1=1 --", "%", "{{7*7}}", "x" * 5000, "../../etc/passwd", "\u202e"):
        answer = site.client().get("/check/", query_string={"code": typed}, follow_redirects=True)
        assert answer.status_code == 404, typed
        assert "<script>alert" not in answer.text


@pytest.mark.proves("T47", "E17")
@pytest.mark.parametrize("what", ["codes", "papers"])
def test_whoever_goes_on_guessing_has_to_wait(site: World, code: str, what: str) -> None:
    for number in range(rules.FREE_TRIES_OF_AN_ADDRESS):
        if what == "codes":
            assert site.client().get(f"/check/GUESS{number}").status_code == 404
        else:
            assert compare(site, code, "a.pdf", b"%PDF" + bytes([number])).status_code == 200
    for answer in (site.client().get("/check/GUESS"), compare(site, code, "a.pdf", b"%PDF")):
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
