"""Two files written by the tests: docs/coverage.md, what proves each point, threat, fault and record; docs/results.json,

how each scenario of features/ came out, which the worked example shows as the acceptance of the program itself.
"""

import json
import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proofs import FAULTS, POINTS, RECORDS, THREATS

SCENARIO, PROOF = "scenario", "proof"
ROOT = Path(__file__).parent.parent


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Any, scenario: Any) -> None:
    points = sorted(int(tag[6:]) for tag in {*feature.tags, *scenario.tags} if tag.startswith("point-"))
    document = Path(feature.filename).relative_to(ROOT / "features").as_posix()
    said = json.dumps([points, feature.name, document, scenario.name])
    request.node.user_properties.append((SCENARIO, said))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for number in proved_by(item):
        if number not in THREATS | FAULTS | RECORDS:
            raise pytest.UsageError(f"{item.nodeid} proves {number}, which tests/proofs.py does not name")
        item.user_properties.append((PROOF, number))


def proved_by(item: pytest.Item) -> Iterator[str]:
    """Yield the numbers of threats, faults and records that a test names by `@pytest.mark.proves("T1", …)`."""
    for mark in item.iter_markers("proves"):
        yield from mark.args


class Collector:
    """Collects results from all workers and writes the page at the end of a whole run."""

    def __init__(self) -> None:
        self.scenarios: dict[tuple[int, str, str], bool] = {}
        self.results: dict[tuple[str, str], bool] = {}
        self.proofs: dict[str, dict[str, bool]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        for name, said in report.user_properties:
            if name == SCENARIO:
                points, feature, document, scenario = json.loads(str(said))
                self.results[document, scenario] = self.results.get((document, scenario), True) and report.passed
                for point in points:
                    key = (point, feature, scenario)
                    self.scenarios[key] = self.scenarios.get(key, True) and report.passed
            elif name == PROOF:
                test = re.sub(r"\[.*", "", report.nodeid)
                self.proofs[str(said)][test] = self.proofs[str(said)].get(test, True) and report.passed

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        yield
        target = os.environ.get("UATAPP_COVERAGE")
        if target and not hasattr(session.config, "workerinput") and self.scenarios:
            Path(target).write_text("\n".join(self.page()), encoding="utf-8")
            Path(target).with_name("results.json").write_text(self.results_file(), encoding="utf-8")

    def results_file(self) -> str:
        """Return the results by scenario: no times, in order, so that it changes only where a result does."""
        version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        rows = [
            json.dumps([document, scenario, "passed" if passed else "failed"], ensure_ascii=False)
            for (document, scenario), passed in sorted(self.results.items())
        ]
        return f'{{"version": "{version}", "results": [\n' + ",\n".join(rows) + "\n]}\n"

    def page(self) -> Iterator[str]:
        yield from (
            "# Coverage",
            "",
            "What proves each point, threat, fault and row about signed records; written by `make test`.",
            "",
        )
        yield from ("## What people can do", "")
        for number, title in POINTS.items():
            rows = [(f, s, ok) for (point, f, s), ok in sorted(self.scenarios.items()) if point == number]
            yield from (f"### {number}. {title}", "", "| feature | scenario | result |", "|---|---|---|")
            yield from (f"| {feature} | {scenario} | {_result(ok)} |" for feature, scenario, ok in rows)
            yield ""
        yield from self._proved("Threats", THREATS)
        yield from self._proved("Faults", FAULTS)
        yield from self._proved("Signed records", RECORDS)

    def _proved(self, title: str, numbers: dict[str, str]) -> Iterator[str]:
        yield from (f"## {title}", "", "| | what | proved by | result |", "|---|---|---|---|")
        for number, what in numbers.items():
            for test, ok in sorted(self.proofs[number].items()) or [("", False)]:
                yield f"| {number} | {what} | {f'`{test}`' if test else '—'} | {_result(ok) if test else 'NOT PROVED'} |"
        yield ""


def _result(passed: bool) -> str:
    return "passed" if passed else "FAILED"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Collector(), "uatapp-coverage-page")
