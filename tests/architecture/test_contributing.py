"""What CONTRIBUTING.md and the hooks of commits name exists, and the hooks run what `make check` runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HOOKS: list[dict[str, Any]] = [
    {"repo": repo["repo"], **hook}
    for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    for hook in repo["hooks"]
]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_a_tool_of_ours_as_make_check_does(hook: dict[str, Any]) -> None:
    command = hook["entry"].split()
    assert (hook["repo"], hook["language"]) == ("local", "system")
    assert command[0].startswith(".venv/bin/")
    assert Path(sys.executable).with_name(Path(command[0]).name).is_file()
    assert hook["entry"].replace(".venv/bin/", "$(BIN)/") in MAKEFILE


def test_the_hooks_are_well_formed() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", ROOT / ".pre-commit-config.yaml"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_guide_tells_to_type_can_be_made() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
    assert set(re.findall(r"(?:^ {4}|`)make ([a-z]+)", GUIDE, re.M)) <= targets


def test_files_and_settings_that_the_guide_names_exist() -> None:
    named = re.findall(r"`((?:uatapp|tests|features|static|templates|docs)/[\w./-]+\w)/?`", GUIDE)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []
    for setting in set(re.findall(r"UATAPP_[A-Z_]+", GUIDE)):
        assert any(setting in path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")), setting
