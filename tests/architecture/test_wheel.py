"""The wheel is whole: installed elsewhere, without this folder, it shows the sign-in page with its style."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOOK = """
import sys
from pathlib import Path
import uatapp
from uatapp.app import create_app
from uatapp.config import Settings
assert Path(uatapp.__file__).is_relative_to(sys.argv[1]), uatapp.__file__
app = create_app(Settings(home=Path(sys.argv[2]), base_url="http://localhost"))
with app.app_context():
    from uatapp.operations import schema
    schema.upgrade()
client = app.test_client()
page = client.get("/sign-in")
assert page.status_code == 200, page.status
assert b"<main" in page.data
assert client.get("/static/css/uatapp.css").status_code == 200
assert client.get("/static/built/icons.svg").status_code == 200
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *quiet, "--wheel-dir", folder, ROOT], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_nothing_but_the_product(installed: Path) -> None:
    assert {path.name for path in installed.iterdir() if path.suffix != ".dist-info"} == {"uatapp"}


def test_the_wheel_shows_the_sign_in_page(installed: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UATAPP_")}
    done = subprocess.run(
        [sys.executable, "-c", LOOK, installed, tmp_path / "home"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
