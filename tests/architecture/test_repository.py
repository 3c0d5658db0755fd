"""What the repository promises: our own work only, no addresses of package indexes, locks that agree."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "uatapp", "features", "templates", "static", "tests", "docs", "benchmarks", "pyproject.toml", "README.md", "Makefile",
    "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "requirements.txt", "requirements-build.txt", "requirements-dev.txt",
}  # fmt: skip
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.M)


def tracked() -> list[Path]:
    """Return the files that git knows, or every file of ours where there is no git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if done.returncode == 0 and done.stdout:
        paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    else:
        paths = [p for name in ALLOWED for p in ((ROOT / name).rglob("*") if (ROOT / name).is_dir() else [ROOT / name])]
    return [path for path in paths if path.is_file() and "built" not in path.parts]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def named(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_the_top_holds_only_what_it_may() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {top for top in tops if not top.startswith(".")} <= ALLOWED


def test_no_package_index_is_named() -> None:
    words = [
        "pypi" + r"\.org",
        "pythonhosted" + r"\.org",
        "--(?:extra-)?index" + "-url",
        r"--find" + "-links",
        "npmjs" + r"\.",
    ]
    index = re.compile("|".join(words))
    found = [path for path in tracked() if index.search(text(path)) and path.name != Path(__file__).name]
    assert named(found) == []


@pytest.mark.proves("T45")
def test_nothing_of_others_is_committed() -> None:
    """Scripts, styles and fonts come out of wheels at set-up."""
    foreign = re.compile(r"\.min\.(js|css)$|\.(woff2?|ttf|otf|eot|whl|pyc|db|sqlite3?)$|(^|/)node_modules/")
    assert [name for name in named(tracked()) if foreign.search(name)] == []


@pytest.mark.proves("T45")
@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt", "requirements-build.txt"])
def test_locks_have_a_hash_for_each_package_and_omit_django(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", text(ROOT / lock))
    packages = [block for block in blocks if PIN.match(block)]
    assert [block.splitlines()[0] for block in packages if "--hash=sha256:" not in block] == []
    assert "django" not in {name.lower() for name, _ in PIN.findall(text(ROOT / lock))}


@pytest.mark.proves("T45")
def test_both_locks_agree() -> None:
    runtime = set(PIN.findall(text(ROOT / "requirements.txt")))
    assert runtime - set(PIN.findall(text(ROOT / "requirements-dev.txt"))) == set()


def test_no_address_of_a_machine_is_left_in_our_text() -> None:
    """Paths of somebody's home and folders beside the repository mean nothing to others."""
    machine = re.compile("/" + r"(?:home|Users)/[a-z]+/|/" + "root/")
    assert (
        named(
            [
                path
                for path in tracked()
                if path.suffix in {".py", ".md", ".html", ".toml"} and machine.search(text(path))
            ]
        )
        == []
    )
