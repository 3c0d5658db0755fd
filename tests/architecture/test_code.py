"""What our own Python promises: one commit, short files, docstrings, no Django, contracts that hold."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "uatapp"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)
NAMES_WE_AVOID = {"utils", "util", "helpers", "helper", "misc", "manager", "common"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls_of(method: str) -> list[str]:
    """Return where a method is called, whatever it is called on."""
    return [
        f"{relative(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    ]


def test_only_the_unit_of_work_commits() -> None:
    places = [place for place in calls_of("commit") if not place.startswith("uatapp/kernel/uow.py:")]
    assert places == []


def test_no_file_is_longer_than_350_lines() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > 350} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [relative(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_no_module_is_a_drawer() -> None:
    parts = {(part.removesuffix(".py"), relative(path)) for path in MODULES for part in path.relative_to(PACKAGE).parts}
    assert [path for name, path in sorted(parts) if name in NAMES_WE_AVOID] == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    sources = [*MODULES, *(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]
    assert [relative(path) for path in sources if later.search(path.read_text(encoding="utf-8"))] == []


def test_our_own_code_is_never_mocked() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    mocks = re.compile(r"unittest\.mock|mocker\b|MagicMock|pytest\.mark\.(skip|xfail)\(?(?!if)")
    assert [relative(path) for path in tests if mocks.search(path.read_text(encoding="utf-8"))] == []


def test_django_is_never_imported() -> None:
    """Its wheels carry htmx for us; nothing of it may run."""
    look = (
        "import sys, uatapp.app, uatapp.web.assets; print([name for name in sys.modules if name.startswith('django')])"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    look = "import sys, uatapp.app; print(sorted({'weasyprint', 'pyhanko', 'fontTools'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_order_of_imports_holds() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("folder", ["templates", "static"])
def test_what_the_wheel_takes_along_exists(folder: str) -> None:
    assert any((ROOT / folder).rglob("*.*"))
