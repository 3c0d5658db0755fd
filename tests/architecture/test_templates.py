"""What our pages promise: nothing inline that a strict content security policy would refuse, nothing unescaped."""

import re
from pathlib import Path

import pytest

from uatapp.web.assets import build, icons_used

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
PAGES = [
    path for path in sorted(TEMPLATES.rglob("*.html")) if not {"pdf", "mail"} & set(path.relative_to(TEMPLATES).parts)
]
ALL = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.S)


def written(path: Path) -> str:
    """Return a template without its comments."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def holding(pattern: str, paths: list[Path]) -> list[str]:
    """Return each place, as file and text, in which a pattern is found."""
    sought = re.compile(pattern, re.I | re.S)
    return [f"{path.relative_to(ROOT)}: {found[0][:60]}" for path in paths for found in sought.finditer(written(path))]


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"<[a-z][^>]*\sstyle\s*=", id="style-attribute"),
        pytest.param(r"<style\b", id="style-element"),
        pytest.param(r"<script(?![^>]*\ssrc=)[^>]*>", id="inline-script"),
        pytest.param(r"<[a-z][^>]*\son[a-z]+\s*=", id="handler"),
        pytest.param(r"<[a-z][^>]*\s(?:href|src|action)\s*=\s*[\"']?\s*javascript:", id="javascript-address"),
        pytest.param(
            r"<(?:link|script|img|iframe)[^>]*\s(?:href|src)\s*=\s*[\"']?(?:https?:)?//", id="foreign-address"
        ),
    ],
)
def test_pages_have_nothing_inline(pattern: str) -> None:
    assert holding(pattern, PAGES) == []


def test_nothing_is_printed_unescaped() -> None:
    assert holding(r"\|\s*safe\b|\{%-?\s*autoescape\s+false", ALL) == []


def test_forms_that_change_something_carry_their_tokens() -> None:
    forms = re.compile(r"<form\b[^>]*method\s*=\s*[\"']?post.*?</form>", re.I | re.S)
    missing = [
        f"{path.relative_to(ROOT)}: {found[0][:80]}"
        for path in PAGES
        for found in forms.finditer(written(path))
        if not re.search(r"hidden_tokens|csrf_token|\bform_tag\b", found[0])
    ]
    assert missing == []


def test_every_icon_exists(tmp_path: Path) -> None:
    """Cutting the sprite refuses a name that Bootstrap Icons does not have."""
    build(tmp_path, TEMPLATES)
    sprite = (tmp_path / "built" / "icons.svg").read_text(encoding="utf-8")
    assert {name for name in icons_used(TEMPLATES) if f'id="{name}"' not in sprite} == set()
