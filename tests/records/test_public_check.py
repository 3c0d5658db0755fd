"""The page that checks a certificate for anybody: what the paper shows, and nothing to find by trying."""

import re

import pytest

from tests.signoffs.test_certificate_pdf import words
from tests.threats.two import Two
from uatapp.signoffs import queries
from uatapp.signoffs.certificates import new_code

# what the day of the check adds, and the time of issue, which the paper has in the project's zone
PRESENT = re.compile(r"Accepted with conditions|\d{4}-\d\d-\d\d \d\d:\d\d UTC")
pytestmark = pytest.mark.proves("E17")


def test_codes_have_128_random_bits() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(r"[A-Z2-7]{26}", code) for code in codes)
    assert all(len({code[place] for code in codes}) > 20 for place in range(25))


def test_codes_that_are_not_ours_are_answered_all_alike(two_projects: Two) -> None:
    browser = two_projects.own.client()
    answers = [browser.get(f"/check/{new_code()}") for _ in range(4)]
    alike = {re.sub(r'nonce-[^"\s]+|[0-9a-f]{16}', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert len({len(answer.data) for answer in answers}) == len(alike) == 1


def test_it_shows_what_the_paper_shows_and_no_more(two_projects: Two) -> None:
    full = two_projects.own
    certificate = queries.find_certificate(queries.get_signoff(full.project.id, 1).id)
    assert certificate is not None
    page = full.client().get(f"/check/{certificate.check_code}").text
    paper = "".join(words(full.client("sponsor").get("/projects/PAY/signoffs/1/certificate.pdf").data).split())
    facts = re.findall(r"<dd[^>]*>(.*?)</dd>", page, re.S)
    shown = [re.split(r"<[^>]+>|, ", fact) for fact in facts[:-1]]  # the last is the file's own fingerprint
    for line in (line.strip() for parts in shown for line in parts if line.strip()):
        assert "".join(line.replace("“", "").replace("”", "").split()) in paper or PRESENT.fullmatch(line), line
    assert not re.search(r"@example|/projects/|PAY-D|defect", page)
