"""Which Chromium the tests take: Debian's as it is, Ubuntu's snap never, and a word on what to type where there is none."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser import chromium

ROOT = Path(__file__).parents[2]
# what stands in /usr/bin on Ubuntu
LEADS_TO_A_SNAP = '#!/bin/sh\nif ! [ -x /snap/bin/chromium ]; then\n  exit 1\nfi\nexec /snap/bin/chromium "$@"\n'


def put(folder: Path, name: str, text: str) -> Path:
    program = folder / name
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return program


def test_a_snap_is_told_from_a_program(tmp_path: Path) -> None:
    assert chromium.is_snap(str(put(tmp_path, "chromium-browser", LEADS_TO_A_SNAP)))
    (tmp_path / "snap").mkdir()
    assert chromium.is_snap(str(put(tmp_path / "snap", "chromium", "")))
    assert not chromium.is_snap(str(put(tmp_path, "chromium", "#!/bin/sh\nexec /usr/lib/chromium/chromium\n")))


def test_the_snap_is_passed_over_and_another_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "chromium", LEADS_TO_A_SNAP)
    wanted = put(tmp_path, "google-chrome", "#!/bin/sh\n")
    monkeypatch.delenv("UATAPP_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    assert chromium.path() == str(wanted)
    wanted.unlink()
    with pytest.raises(AssertionError, match="playwright install"):
        chromium.path()
    monkeypatch.setenv("UATAPP_CHROMIUM", "/opt/browser")
    assert chromium.path() == "/opt/browser"


def test_the_set_up_is_a_script_that_bash_can_read() -> None:
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run([bash, "-n", ROOT / ".setup" / "install"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
