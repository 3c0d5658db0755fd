"""The validation report (`make validation-report`): each row about signed records, its tests, and how they came out.

Under UATAPP_VALIDATION only the tests of these rows run. A row without a test fails the run.
"""

import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.coverage_page import PROOF, proved_by
from tests.proofs import RECORDS

ROOT = Path(__file__).parent.parent
HEAD = """# Validation report

What is asked of signed electronic records, the test that shows it, and how that test came out. Written by
`make validation-report`, which runs these tests and nothing else; [how to use it](validating.md).
"""


class Report:
    """Collects what the tests of each row came to, from all workers, and writes the page."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, bool]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self.take([str(said) for name, said in report.user_properties if name == PROOF], report)

    def take(self, numbers: list[str], report: pytest.TestReport) -> None:
        test = re.sub(r"\[.*", "", report.nodeid)
        for number in numbers:
            self.rows[number][test] = self.rows[number].get(test, True) and report.passed

    def without_test(self) -> list[str]:
        return [number for number in RECORDS if not self.rows[number]]

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        yield
        target = os.environ.get("UATAPP_VALIDATION")
        if not target or hasattr(session.config, "workerinput"):
            return
        Path(target).write_text("\n".join(self.page()) + "\n", encoding="utf-8")
        if self.without_test():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def page(self) -> Iterator[str]:
        """Yield the page's lines: no times, in order, so that it changes only where a result does."""
        version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        rows = [(n, test, ok) for n in RECORDS for test, ok in sorted(self.rows[n].items())]
        yield from (
            HEAD,
            f"- Version: {version}",
            f"- Rows: {len(RECORDS)}, of them without a test: {len(self.without_test())}",
        )
        yield f"- Tests passed: {sum(ok for *_, ok in rows)} of {len(rows)}"
        yield from ("", "| row | what | test | result |", "|---|---|---|---|")
        yield from (f"| {n} | {RECORDS[n]} | `{test}` | {'passed' if ok else 'FAILED'} |" for n, test, ok in rows)
        yield from (f"| {n} | {RECORDS[n]} | — | NO TEST |" for n in self.without_test())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave all other tests out while the report is made."""
    if os.environ.get("UATAPP_VALIDATION"):
        others = [item for item in items if not set(proved_by(item)) & set(RECORDS)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if set(proved_by(item)) & set(RECORDS)]


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Report(), "uatapp-validation-page")
