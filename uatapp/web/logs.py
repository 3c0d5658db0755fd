"""How the log is written: one line an event, plain tracebacks; never the values of variables, which may be passwords."""

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def install() -> None:
    """Set the log up for the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            ConsoleRenderer(colors=False, exception_formatter=plain_traceback),
        ]
    )
