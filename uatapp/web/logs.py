"""The log: a line of JSON an event on the error stream, and one for each request; never the values of variables.

Addresses are not logged, because some hold a secret: the endpoint says which page it was. Long values are cut.
"""

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor, WrappedLogger

from uatapp.web.access import PROBES

log = structlog.get_logger()
LONGEST = 10_000


def install(app: Flask, *, quiet: bool) -> None:
    """Set the log up for the process, number requests and tell each; `quiet` leaves out all but warnings."""
    _configure(logging.WARNING if quiet else logging.INFO)

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = secrets.token_hex(8), time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def tell(answer: Response) -> Response:
        if request.path not in PROBES:
            actor = g.get("actor")
            log.info(
                "request",
                user_id=actor.user_id if actor else None,
                endpoint=request.endpoint,
                status=answer.status_code,
                milliseconds=round(1000 * seconds(), 1),
            )
        return answer


def seconds() -> float:
    """Return how long this request has taken so far."""
    return time.perf_counter() - float(g.get("began", time.perf_counter()))


def _configure(level: int) -> None:
    told: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _shorten,
    ]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *names: structlog.WriteLogger(sys.stderr),
        processors=[structlog.contextvars.merge_contextvars, *told, structlog.processors.JSONRenderer()],
    )
    others = logging.StreamHandler()
    others.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *told],
        )
    )
    logging.basicConfig(handlers=[others], level=logging.WARNING)  # what libraries say; the first one counts


def _shorten(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut values that somebody made endless; of a traceback the end says most."""
    return {name: _cut(value) if isinstance(value, str) else value for name, value in event.items()}


def _cut(value: str) -> str:
    half = LONGEST // 2
    return value if len(value) <= LONGEST else f"{value[:half]} … {value[-half:]}"
