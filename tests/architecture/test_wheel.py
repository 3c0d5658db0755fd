"""The wheel is whole: installed elsewhere, without this folder, it migrates, serves its pages with their style and prints."""

import io
import os
import pickle
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pypdf
import pytest

from tests.factories import certificates as made
from uatapp.kernel import seal

ROOT = Path(__file__).parents[2]
PRINT = """
import pickle, sys
from pathlib import Path
import uatapp
assert Path(uatapp.__file__).is_relative_to(sys.argv[1]), uatapp.__file__
from uatapp.kernel import clock
from uatapp.kernel.keys import Keys
from uatapp.signoffs import documents
keys = Keys.load_or_create(Path(sys.argv[2]), "uat.nordwind.example", clock.now())
sys.stdout.buffer.write(documents.render_certificate(pickle.loads(sys.stdin.buffer.read()), keys))
"""
LEADS = re.compile(r"""(?:href|src)="(/static/[^"#]+)|url\("?([^"')#]+)"?\)|from "(\./[^"]+)\"""")


@dataclass
class Elsewhere:
    """The wheel's files in a folder of their own, and a folder to run it in."""

    site: Path
    home: Path
    address: str

    def start(self, *command: str | Path) -> "subprocess.Popen[bytes]":
        """Start a Python that knows the installed files and nothing of the folder that we stand in."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("UATAPP_")}
        environment |= {"PYTHONPATH": str(self.site), "UATAPP_HOME": str(self.home), "UATAPP_BASE_URL": self.address}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([sys.executable, *command], cwd=self.home.parent, env=environment, **pipes)  # type: ignore[call-overload, no-any-return]

    def run(self, *command: str | Path, given: bytes = b"") -> bytes:
        process = self.start(*command)
        out, said = process.communicate(given, timeout=180)
        assert process.returncode == 0, said.decode()
        return bytes(out)

    @property
    def command(self) -> Path:
        return self.site / "bin" / "uatapp"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """Build the wheel, and install it into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT], check=True)
    wheel = next(folder.glob("*.whl"))
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", folder / "site", wheel], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    return Elsewhere(folder / "site", folder / "home", address)


@pytest.fixture(scope="module")
def served(installed: Elsewhere) -> Iterator[str]:
    """Migrate, and serve: the address that answers."""
    installed.run(installed.command, "migrate")
    server = installed.start(installed.command, "run", "--workers", "1")
    for _ in range(600):
        try:
            read(f"{installed.address}/check/")
        except OSError:
            assert server.poll() is None, server.communicate()[1].decode()
            time.sleep(0.1)
        else:
            break
    yield installed.address
    server.terminate()
    server.communicate(timeout=30)


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return bytes(answer.read())


def test_the_wheel_carries_nothing_but_the_product(installed: Elsewhere) -> None:
    names = {path.name for path in installed.site.iterdir() if path.suffix != ".dist-info"}
    assert names == {"uatapp", "bin"}
    assert [path.name for path in (installed.site / "bin").iterdir()] == ["uatapp"]


def test_it_starts_and_shows_sign_in_with_all_that_the_page_needs(served: str) -> None:
    """Follows styles, scripts and fonts from the page, and those that they name in turn."""
    waiting, seen = [f"{served}/sign-in"], set()
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        content = read(url)
        assert content, url
        if not url.endswith((".woff2", ".svg")):
            found = [next(filter(None, parts)) for parts in LEADS.findall(content.decode())]
            waiting += [urljoin(url, target) for target in found if not target.startswith("data:")]
    endings = {Path(url).suffix for url in seen}
    assert {".css", ".js", ".woff2", ".svg"} <= endings
    assert f"{served}/static/built/bootstrap.css" in {url.split("?")[0] for url in seen}
    assert b"<main" in read(f"{served}/sign-in")


def test_it_prints_and_seals_a_certificate_with_its_own_fonts(installed: Elsewhere, tmp_path: Path) -> None:
    keys = made.keys(tmp_path)
    facts = pickle.dumps(made.certificate(keys))
    data = installed.run("-c", PRINT, installed.site, tmp_path / "keys", given=facts)
    assert seal.check_pdf(data, [keys.public_pem]).reasons == ()
    page = pypdf.PdfReader(io.BytesIO(data)).pages[0]
    fonts = {str(font.get_object()["/BaseFont"]).split("+")[-1] for font in page["/Resources"]["/Font"].values()}
    assert any("Source-Serif" in name or "SourceSerif" in name for name in fonts), fonts
