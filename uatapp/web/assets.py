"""The set-up step that cuts what browsers need out of the wheels, into static/built: `python -m uatapp.web.assets`.

Bootstrap's stylesheet, htmx, the icons that templates use, and subsets of two fonts. Nothing of it is committed.
"""

import re
import shutil
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CALLED = re.compile(r"""icon\(\s*["']([a-z0-9-]+)["']""")
# names that templates and the header put together from data
DECLARED = (
    "arrow-repeat", "card-checklist", "chat-left-text-fill", "check-circle-fill", "check-lg", "clock-history", "circle",
    "dash-circle-fill", "exclamation-triangle-fill", "flag", "hourglass-split", "info-circle-fill", "pen", "people",
    "signpost", "slash-circle", "three-dots", "x-octagon-fill", "arrow-counterclockwise", "record-circle", "eye", "pin-angle",
    "pencil", "shield-check", "house", "exclamation-triangle",
)  # fmt: skip
LATIN = "U+0020-007E,U+00A0-017F,U+2010-2027,U+2030-203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2713,U+2717,U+2610,U+00D7"


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
        found.update(CALLED.findall(path.read_text(encoding="utf-8")))
    return found


def cut_icons(sprite: str, names: Iterable[str]) -> str:
    """Return a sprite of just these symbols. Refuses (KeyError) a name that the sprite does not have."""
    symbols = {m[1]: m[0] for m in re.finditer(r'<symbol[^>]*\bid="([a-z0-9-]+)"[^>]*>.*?</symbol>', sprite, re.S)}
    cut = [symbols[name] for name in sorted(set(names))]
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(cut) + "</svg>"


def _font(package: str, file: str, target: Path) -> None:
    from fontTools import subset

    source = _wheel(package) / "files" / file
    arguments = [str(source), f"--unicodes={LATIN}", "--flavor=woff2", f"--output-file={target}"]
    subset.main([*arguments, "--layout-features=kern,liga,tnum,calt", "--no-hinting"])


def build(static: Path, templates: Path) -> None:
    """Write static/built anew where something is missing; icons are always cut again."""
    built = static / "built"
    built.mkdir(parents=True, exist_ok=True)
    bootstrap = _wheel("flask_bootstrap") / "static"
    shutil.copyfile(bootstrap / "bootstrap5" / "css" / "bootstrap.min.css", built / "bootstrap.css")
    shutil.copyfile(_wheel("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js", built / "htmx.js")
    sprite = next(bootstrap.rglob("bootstrap5/icons/bootstrap-icons.svg")).read_text(encoding="utf-8")
    (built / "icons.svg").write_text(cut_icons(sprite, icons_used(templates)), encoding="utf-8")
    fonts = {
        "source-sans-3.woff2": ("fontpkg_source_sans_3", "SourceSans3[wght].ttf"),
        "source-code-pro.woff2": ("fontpkg_source_code_pro", "SourceCodePro[wght].ttf"),
    }
    for name, (package, file) in fonts.items():
        if not (built / name).exists():
            _font(package, file, built / name)


if __name__ == "__main__":
    build(ROOT / "static", ROOT / "templates")
