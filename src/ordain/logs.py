"""How the log is written: a line for people or a JSON object for programs, with the request or task it is about."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import msgspec

from ordain.flows import log_lines


def begin(level: str, form: str) -> None:
    """Write the log to standard error; `form` is `text` or `json`."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(level=level.upper(), handlers=[out])


class Text(logging.Formatter):
    """`2026-11-23 12:00:00,000 WARNING ordain.flows.mails [query …]: …`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(about)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback below it if there is one."""
        about = [f"query {query}"] if (query := log_lines.query.get()) else []
        about += [task] if (task := log_lines.task.get()) else []
        record.about = f" [{', '.join(about)}]" if about else ""
        return super().format(record)


class Json(logging.Formatter):
    """One object a line, a traceback within it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "query": log_lines.query.get(),
            "task": log_lines.task.get(),
            "process": record.process,
            "trace": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return msgspec.json.encode({name: value for name, value in said.items() if value}).decode()
