"""What processes have computed: servers with those they have started, and PostgreSQL with its own."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil  # type: ignore[import-untyped]  # it publishes no types


def processor_time(pid: int) -> float:
    """Seconds a process has computed, all threads together, by its clock (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def processor_seconds(pid: int) -> float:
    """What a process has used so far, with those it has started."""
    parent = psutil.Process(pid)
    used = [each.cpu_times() for each in (parent, *parent.children())]
    return float(sum(each.user + each.system for each in used))


def postgresql_seconds(postmaster: int) -> float:
    """What PostgreSQL has used so far, all its processes together and those that have ended; 0 where there is none."""
    if not postmaster:
        return 0.0
    parent = psutil.Process(postmaster)
    ended = parent.cpu_times()
    used = float(ended.children_user + ended.children_system) + processor_time(postmaster)
    for each in parent.children():
        with suppress(OSError):  # it has just ended
            used += processor_time(each.pid)
    return used
