"""docs/coverage.md, written by the tests: which scenario proves which point, and how it came out."""

import json
import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

POINTS = {
    1: "IT staff start it, with a worked example or empty",
    2: "Project, people, requirements in, approval, tests",
    3: "A changed requirement and its tests",
    4: "Cycles, scope, assignments, deployments",
    5: "The tester's work",
    6: "Problems: triage, fix, retest",
    7: "Progress and exit criteria",
    8: "The sponsor decides",
    9: "The certificate, its check, the audit trail",
    10: "Executed results as Excel",
}
PROPERTY = "scenario"


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Any, scenario: Any) -> None:
    points = sorted(int(tag[6:]) for tag in {*feature.tags, *scenario.tags} if tag.startswith("point-"))
    said = json.dumps([points, feature.name, scenario.name])
    request.node.user_properties.append((PROPERTY, said))


class Collector:
    """Collects scenario results from all workers and writes the page at the end of a whole run."""

    def __init__(self) -> None:
        self.results: dict[tuple[int, str, str], bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        for name, said in report.user_properties:
            if name == PROPERTY:
                points, feature, scenario = json.loads(str(said))
                for point in points:
                    key = (point, feature, scenario)
                    self.results[key] = self.results.get(key, True) and report.passed

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        yield
        target = os.environ.get("UATAPP_COVERAGE")
        if target and not hasattr(session.config, "workerinput") and self.results:
            Path(target).write_text(self.page(), encoding="utf-8")

    def page(self) -> str:
        lines = ["# Coverage", "", "Point → scenario → result, written by `make test`.", ""]
        by_point: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
        for (point, feature, scenario), passed in sorted(self.results.items()):
            by_point[point].append((feature, scenario, passed))
        for point, title in POINTS.items():
            lines += [f"## {point}. {title}", "", "| feature | scenario | result |", "|---|---|---|"]
            lines += [f"| {f} | {s} | {'passed' if ok else 'FAILED'} |" for f, s, ok in by_point[point]] or [
                "| — | — | — |"
            ]
            lines.append("")
        return "\n".join(lines)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Collector(), "uatapp-coverage-page")
