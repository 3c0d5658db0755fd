"""The example's parts: its documents, its days, its pictures, and what it takes from our own test run."""

from datetime import datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.coverage_page import ROOT, Collector
from uatapp.demo import ourselves, papers, pictures
from uatapp.demo.stage import ZONE, Stage
from uatapp.gherkin.parse import parse

RESULTS = {("a/one.feature", "It works"): True, ("a/one.feature", "It breaks “here”"): False}


@pytest.fixture
def results(tmp_path: Path) -> ourselves.Results:
    """What the tests write down of two scenarios, as the example reads it."""
    collector = Collector()
    collector.results = dict(RESULTS)
    (tmp_path / "results.json").write_text(collector.results_file(), encoding="utf-8")
    return ourselves.read(tmp_path / "results.json")


def test_what_the_test_run_writes_down_is_what_the_example_reads(results: ourselves.Results) -> None:
    assert results.found == {key: "passed" if passed else "failed" for key, passed in RESULTS.items()}
    assert f'version = "{results.version}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_scenario_that_never_ran_gets_no_result_and_a_failed_one_says_so(results: ourselves.Results) -> None:
    tests = [(1, "a/one.feature", "It works"), (2, "a/one.feature", "It breaks “here”"), (3, "a/one.feature", "New")]
    found = ourselves.to_record(results, tests)
    assert found.keys() == {1, 2}
    assert found[1] == ""
    assert "not as written" in found[2]


def test_the_documents_show_what_can_be_written() -> None:
    texts = {name: papers.text_of(name) for name in papers.DOCUMENTS}
    documents = [parse(text, name) for name, text in texts.items()]
    names = [scenario.name for document in documents for scenario in document.scenarios]
    assert len(names) == len(set(names)) > 55
    assert {document.language for document in documents} == {"en", "de"}
    for written in ("Rule:", "Background:", "Scenario Outline:", "Examples:", '"""', "      | "):
        assert sum(written.encode() in text for text in texts.values()) >= 3, written


def test_days_go_on_and_never_past_now() -> None:
    stage = Stage(since=-3)
    moments = []
    for day, hour in ((-2, 9), (-2, 8), (-1, 17), (0, 0), (3, 9)):
        stage.day(day, hour)
        stage.pass_time(5)
        moments.append(stage.moment)
    assert all(before <= after for before, after in pairwise(moments))
    assert moments[-1] <= datetime.now(ZoneInfo(ZONE))


def test_a_picture_shows_what_was_seen() -> None:
    one, other = (pictures.draw("Reminder letter", seen) for seen in ("8.12 %", "9.12 %"))
    with Image.open(BytesIO(one)) as picture:
        assert picture.size == pictures.SIZE
    assert one != other
    assert one == pictures.draw("Reminder letter", "8.12 %")
