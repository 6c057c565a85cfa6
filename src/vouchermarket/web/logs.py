"""Log lines as JSON: one event is one line, whatever was put into it."""

import logging
import sys

import structlog
from structlog.typing import EventDict

from vouchermarket.kit.events import origin


def configure() -> None:
    """Write JSON lines to stderr; newlines and control characters come out escaped."""
    structlog.configure(
        processors=[
            _number,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_: object) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)


def _number(_logger: object, _method: str, line: EventDict) -> EventDict:
    # Every line of a request carries the number its caller was told.
    line.setdefault("request_id", origin.get().request_id)
    return line
