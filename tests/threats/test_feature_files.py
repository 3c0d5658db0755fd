"""Feature files that are bombs: refused with a sentence and a line, before they cost much."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.world import World
from uatapp.gherkin import caps
from uatapp.gherkin.model import ParseProblem
from uatapp.gherkin.parse import parse
from uatapp.jobs import service as jobs

pytestmark = pytest.mark.proves("T30")
HEAD = "Feature: f\n"
ROWS = "|1|\n" * 1000
OUTLINE = "Scenario Outline: o\nGiven <a>\nExamples:\n|a|\n" + "|1|\n" * 100

BOMBS: dict[str, tuple[bytes, int, str]] = {
    "a hundred thousand rows": ((HEAD + "Scenario: s\nGiven x\n" + ROWS * 100).encode(), 60_001, "60,000 lines"),
    "outlines times rows": ((HEAD + OUTLINE * 570).encode(), 2 + 200 * 104, "20,000 test cases"),
    "more outlines than lines": ((HEAD + OUTLINE * 2_000).encode(), 60_001, "60,000 lines"),
    "half a million lines of text": ((HEAD + 'Scenario: s\nGiven x\n"""\n' + "x\n" * 500_000).encode(), 60_001, "60,000 lines"),
    "lines that end as on old machines": ((HEAD + "\n" * 9).replace("\n", "\r").encode() + b"\r" * 70_000, 60_001, "60,000"),
    "mixed line ends": ((HEAD + "x\r\ny\n" * 40_000).encode(), 60_001, "60,000 lines"),
    "one line of three megabytes": ((HEAD + "x" * 3_000_000).encode(), 2, "larger than 2 MB"),
    "an unclosed text block": ((HEAD + 'Scenario: s\nGiven x\n"""\n' + "x\n" * 100).encode(), 105, "never closed"),
    "junk": (b"junk\n" * 20_000, 1, ""),
    "junk below a feature": ((HEAD + "Scenario: s\nGiven x\n" + "junk\n" * 20_000).encode(), 4, ""),
    "UTF-16": ((HEAD + "Scenario: s\n").encode("utf-16"), 1, "UTF-16"),
    "UTF-32": ((HEAD + "Scenario: s\n").encode("utf-32"), 1, "UTF-32"),
    "no text": ((HEAD + "\n\n\0").encode(), 4, "not text"),
    "no UTF-8": (HEAD.encode() + b"\n\xff\xfe", 3, "not in UTF-8"),
    "an unknown language": (b"# language: xx\n" + HEAD.encode(), 1, "xx"),
    "an archive named as text": (b"PK\x03\x04" + b"\xff" * 1000, 1, "not in UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_named_with_its_line(name: str) -> None:
    data, line, words = BOMBS[name]
    with pytest.raises(ParseProblem) as caught:
        parse(data, "bomb.feature")
    assert caught.value.line == line
    assert words in caught.value.message
    assert caught.value.message.endswith((".", "”"))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_marks_and_line_ends_of_all_machines_are_read(mark: bytes, end: bytes) -> None:
    text = (HEAD + "Scenario: s\n  Given x\n").encode().replace(b"\n", end)
    document = parse(mark + text, "a.feature")
    assert [step.text for step in document.scenarios[0].steps] == ["x"]


def test_what_is_refused_for_its_size_is_never_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caps on bytes and lines come before the parser, caps on rows and cases before cases are made."""

    def never(*given: Any) -> Any:
        raise AssertionError("too late")

    before = (
        "a hundred thousand rows",
        "half a million lines of text",
        "one line of three megabytes",
        "mixed line ends",
    )
    _refuse_all(monkeypatch, "uatapp.gherkin.parse.read_ast", never, before)
    _refuse_all(monkeypatch, "uatapp.gherkin.parse.compile_pickles", never, ("outlines times rows",))


def _refuse_all(monkeypatch: pytest.MonkeyPatch, place: str, never: Callable[..., Any], names: tuple[str, ...]) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(place, never)
        for name in names:
            with pytest.raises(ParseProblem):
                parse(BOMBS[name][0], "bomb.feature")


def test_the_largest_that_is_allowed_is_read() -> None:
    text = HEAD + "Scenario: s\nGiven x\n" * caps.MAX_SCENARIOS
    assert len(parse(text.encode(), "a.feature").scenarios) == caps.MAX_SCENARIOS


@pytest.mark.parametrize("name", ["a hundred thousand rows", "an unclosed text block", "UTF-16", "no text"])
def test_the_page_says_file_line_and_reason(site: World, name: str) -> None:
    data, line, words = BOMBS[name]
    browser = site.client("analyst")
    form = {"files": [(io.BytesIO(data), "bomb.feature")], "unit": "0", "business_process": "0"}
    answer = browser.post("/projects/PAY/requirements/upload", data=form, follow_redirects=True)
    page = answer.text
    if jobs.run_due():
        page = browser.get(answer.request.path).text
    assert "bomb.feature" in page
    assert re.search(f"line {line}\\b|line {line:,}\\b", page)
    assert words in page
