"""The set-up step that cuts what browsers need out of the wheels, into static/built: `python -m uatapp.web.assets`.

Bootstrap's stylesheet, htmx, the icons that templates use, subsets of two fonts, and compressed twins of our own
style sheets and scripts. Nothing of it is committed.
"""

import gzip
import os
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CALLED = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']""")
# the second name of `icon("a" if … else "b")`
OTHERWISE = re.compile(r"""\bicon\([^)]*?\belse\s+["']([a-z0-9-]+)["']\s*\)""")
SYMBOL = re.compile(r'<symbol[^>]*\bid="([a-z0-9-]+)"[^>]*>.*?</symbol>', re.S)
# names that are computed: the states (components/state.html), the timeline, banners, and the header's entries
DECLARED = (
    "check-circle-fill", "chat-left-text-fill", "x-octagon-fill", "slash-circle-fill", "clock-history",
    "hourglass-split", "circle", "dash-circle-dotted", "dash-circle",
    "check-lg", "x-lg", "arrow-repeat", "info-circle-fill", "exclamation-triangle-fill",
    "pin-angle", "pencil", "eye", "signpost", "card-checklist", "flag", "pen", "people", "calendar-event",
)  # fmt: skip
# Latin and Latin Extended-A, with the signs that our texts use; other scripts fall back to the system's fonts
LETTERS = "U+0020-007E,U+00A0-017F,U+2010-2027,U+2030-203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2713,U+2717,U+2610"
FONTS = {
    "source-sans-3.woff2": ("fontpkg_source_sans_3", "SourceSans3[wght].ttf"),
    "source-code-pro.woff2": ("fontpkg_source_code_pro", "SourceCodePro[wght].ttf"),
}


def _wheel(package: str) -> Path:
    """Return a package's folder without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{package} is not installed; run `make setup`")
    return Path(next(iter(spec.submodule_search_locations)))


def icons_used(templates: Path) -> set[str]:
    """Return the icon names that templates call by name, and the declared ones."""
    found = set(DECLARED)
    for path in templates.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found.update(CALLED.findall(text), OTHERWISE.findall(text))
    return found


def cut_icons(sprite: str, names: Iterable[str]) -> str:
    """Return a sprite of just these symbols. Refuses (ValueError) names that the sprite does not have."""
    symbols = {found[1]: found[0] for found in SYMBOL.finditer(sprite)}
    wanted = sorted(set(names))
    if unknown := [name for name in wanted if name not in symbols]:
        raise ValueError(f"Bootstrap Icons has no {', '.join(unknown)}; see the names that templates give to icon()")
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols[name] for name in wanted) + "</svg>\n"


def _write(path: Path, content: bytes) -> None:
    """Write a file and its compressed twin, which servers prefer; nothing is touched when it is the same."""
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
    _pack(path, content)


def _pack(path: Path, content: bytes) -> None:
    """Write a file's compressed twin where it is missing or speaks of an earlier text, whole or not at all."""
    twin, packed = path.with_name(f"{path.name}.gz"), gzip.compress(content, mtime=0)
    if not twin.exists() or twin.read_bytes() != packed:
        fresh = twin.with_name(f"{twin.name}.{os.getpid()}")
        fresh.write_bytes(packed)
        fresh.replace(twin)


def pack_own(static: Path) -> None:
    """Write the compressed twins of our own style sheets and scripts; what is up to date stays untouched."""
    for path in (*static.glob("css/*.css"), *static.glob("js/*.js")):
        _pack(path, path.read_bytes())


def _font(source: Path, target: Path) -> None:
    """Subset a font; done again only when the wheel's file is newer, for it takes seconds."""
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    from fontTools import subset

    arguments = [str(source), f"--unicodes={LETTERS}", "--flavor=woff2", f"--output-file={target}"]
    subset.main([*arguments, "--layout-features=kern,liga,tnum,calt", "--no-hinting"])


def build(static: Path, templates: Path) -> None:
    """Write static/built; what is up to date stays untouched."""
    built = static / "built"
    built.mkdir(parents=True, exist_ok=True)
    bootstrap = _wheel("flask_bootstrap") / "static" / "bootstrap5"
    htmx = _wheel("django_htmx") / "static" / "django_htmx"
    # the wheel's file names a source map that we do not serve
    style = re.sub(rb"/\*# sourceMappingURL=.*?\*/", b"", (bootstrap / "css" / "bootstrap.min.css").read_bytes())
    _write(built / "bootstrap.css", style)
    _write(built / "htmx.js", (htmx / "htmx-2.min.js").read_bytes())
    sprite = (bootstrap / "icons" / "bootstrap-icons.svg").read_text(encoding="utf-8")
    _write(built / "icons.svg", cut_icons(sprite, icons_used(templates)).encode())
    for name, (package, file) in FONTS.items():
        _font(_wheel(package) / "files" / file, built / name)
    pack_own(static)


if __name__ == "__main__":
    build(ROOT / "static", ROOT / "templates")
