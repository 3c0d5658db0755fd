"""Files that are saved, not shown: under any name, in a header that any browser reads."""

import unicodedata
from urllib.parse import quote

from flask import Response


def save_as(answer: Response, name: str) -> None:
    """Have an answer saved under a name: given in ASCII for old browsers, and in full (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    full = f"UTF-8''{quote(name, safe='')}"
    answer.headers.set("Content-Disposition", "attachment", filename=plain, **{"filename*": full})
