"""Giving a file: inert, whatever it holds. Who may have it is decided by the caller."""

from flask import Response

from uatapp.evidence.models import Evidence
from uatapp.kernel import storage
from uatapp.web.downloads import save_as

SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"


def serve(evidence: Evidence, *, display: bool = False) -> Response:
    """Return the re-encoded copy for display inside pages, or the original as a download.

    Refuses (Damaged) a file that is missing or was changed in the store.
    """
    if display and evidence.display_sha256:
        answer = Response(storage.get_whole(evidence.display_sha256), mimetype="image/png")
    else:
        answer = Response(storage.get_whole(evidence.sha256), mimetype=evidence.media_type)
        save_as(answer, evidence.name)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
