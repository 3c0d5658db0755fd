"""Security headers on every answer; a foreign host gets none."""

from flask import Flask, Response, g, request
from flask_babel import get_locale
from werkzeug.exceptions import BadRequest

from uatapp.web.access import PROBES

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; worker-src 'self'; "
    "manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def install(app: Flask, host: str, secure: bool) -> None:
    """Refuse foreign Host headers, but for probes, and set the headers."""

    @app.before_request
    def begin() -> None:
        if request.path not in PROBES and request.host != host:
            raise BadRequest("foreign host")

    @app.after_request
    def finish(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers["X-Request-ID"] = g.get("request_id", "")
        if secure:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            if not answer.cache_control.private:  # files sent by Flask say "no-cache", which lets others keep them
                answer.headers["Cache-Control"] = "private, no-store"
            answer.vary.update(("Cookie", "HX-Request"))
            answer.headers.setdefault("Content-Language", str(get_locale() or "en"))
        return answer
