"""The fonts of PDFs: families from wheels only, behind a fontconfig of our own, so that no machine's fonts get in."""

from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

REQUIRED = ("fontpkg_source_serif_4", "fontpkg_source_sans_3", "fontpkg_source_code_pro", "fontpkg_noto_sans")
# other scripts, used where an installation has their wheels
OPTIONAL = ("justmytype_intl_rtl", "justmytype_intl_cjk", "justmytype_intl_south_asia", "justmytype_intl_sea")


def folders() -> list[Path]:
    """Return the font folders of the installed wheels; raise FileNotFoundError where a required one is missing."""
    found = {name: _folder(name) for name in (*REQUIRED, *OPTIONAL)}
    missing = [name for name in REQUIRED if found[name] is None]
    if missing:
        raise FileNotFoundError(f"The fonts of PDFs are not installed: {', '.join(missing)}.")
    return [folder for folder in found.values() if folder is not None]


def configuration(cache: Path) -> str:
    """Return a fontconfig file that knows these folders and nothing else of the machine."""
    listed = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in folders())
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"{listed}<cachedir>{escape(str(cache))}</cachedir></fontconfig>"
    )


def _folder(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
