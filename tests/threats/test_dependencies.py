"""What we depend on: locked with hashes, listed whole, and never fetched by a page."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.test_repository import PIN, ROOT, text
from tests.world import World
from uatapp.web.headers import POLICY

pytestmark = pytest.mark.proves("T45")


def test_the_bill_of_materials_lists_every_locked_package_with_its_hashes(tmp_path: Path) -> None:
    made, lock = tmp_path / "sbom.json", "requirements.txt"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(ROOT / lock)]
    subprocess.run(
        [*command, "--output-reproducible", "--of", "JSON", "-o", str(made)], check=True, capture_output=True
    )
    bill = json.loads(made.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    listed = {(part["name"].lower(), part["version"]): part for part in bill["components"]}
    locked = {(name.lower(), version) for name, version in PIN.findall(text(ROOT / lock))}
    assert locked - set(listed) == set()
    for one in locked:
        told = [h for r in listed[one].get("externalReferences", ()) for h in r.get("hashes", ())]
        assert any(h["alg"] == "SHA-256" and len(h["content"]) == 64 for h in told), one


def test_every_package_named_is_locked() -> None:
    names = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["dependencies"]
    wanted = {re.split(r"[\[<>=~! ]", name)[0].lower() for name in names}
    assert wanted - {name.lower() for name, _version in PIN.findall(text(ROOT / "requirements.txt"))} == set()


def test_no_page_script_or_style_fetches_from_elsewhere() -> None:
    """Addresses in namespaces and in texts that people read are no fetches."""
    fetch = re.compile(r"""(?:src|srcset|action|poster|data)\s*=\s*["'](?:https?:)?//|<link[^>]+href=["'](?:https?:)?//|"""
                       r"""url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//|(?:import|fetch)\s*\(?\s*["'`](?:https?:)?//|"""
                       r"""from\s+["'](?:https?:)?//""", re.I)  # fmt: skip
    kinds = {".html", ".css", ".js", ".mjs", ".svg"}
    paths = [p for folder in ("templates", "static") for p in (ROOT / folder).rglob("*") if p.suffix in kinds]
    assert len(paths) > 50
    assert [str(path) for path in paths if fetch.search(text(path))] == []
    assert "http" not in POLICY


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/projects/PAY/requirements/", "/projects/PAY/defects/"])
def test_the_pages_as_served_fetch_from_ourselves_only(site: World, path: str) -> None:
    page = site.client("tester" if path != "/sign-in" else None).get(path).text
    fetched = re.findall(r"""<(?:script|link|img|iframe|form|use)\b[^>]*?\s(?:src|href|action)="([^"]+)""", page)
    assert fetched
    assert [address for address in fetched if not address.startswith(("/", "#"))] == []
    assert [address for address in fetched if address.startswith("//")] == []
