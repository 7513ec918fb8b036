"""What a log line is about, for whoever writes the log: the request or the task during which it was written."""

from __future__ import annotations

from contextvars import ContextVar

query: ContextVar[str] = ContextVar("query", default="")
"""The query id of the request, which its client was given (`X-Ovh-Queryid`)."""

task: ContextVar[str] = ContextVar("task", default="")
"""The task of the worker: "task 4711"."""
