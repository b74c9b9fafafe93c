"""What the figures were taken on, how busy it was, and how much memory a process needed."""

import ctypes
import os
import platform
import re
import sqlite3
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from keys.crypto.libsodium import load_libsodium

_LIBRARIES = ("flask", "gunicorn", "sqlalchemy", "python-jose", "pydantic")


def describe_machine() -> dict[str, str]:
    """Return the processor, the versions of what does the work, and the load before the run."""
    libsodium = load_libsodium()
    libsodium.sodium_version_string.restype = ctypes.c_char_p
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "libsodium": libsodium.sodium_version_string().decode("ascii"),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in _LIBRARIES},
        "temporary files": file_system_of(Path(tempfile.gettempdir())),
        "load at start": load_average(),
    }


def load_average() -> str:
    """Return how many threads wanted to run over the last 1, 5 and 15 minutes."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg())


def file_system_of(folder: Path) -> str:
    """Return the type of the file system that `folder` lies on: a commit to one in memory says little."""
    types = {}
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, mounted_at, kind, *_ = line.split()
        types[mounted_at] = kind
    return next(types[str(parent)] for parent in (folder, *folder.resolve().parents) if str(parent) in types)


def peak_memory_mb(process_id: int) -> float:
    """Return the most memory that a process has had resident so far, in MiB; it must still run."""
    return _memory_mb(process_id, "VmHWM")


def resident_memory_mb(process_id: int) -> float:
    """Return the memory that a process has resident now, in MiB; 0 for one that has ended."""
    return _memory_mb(process_id, "VmRSS")


def forget_peak_memory(process_id: int) -> None:
    """Count a process's peak from now on: opening a key file takes more memory, for a moment, than all that follows."""
    Path(f"/proc/{process_id}/clear_refs").write_text("5", encoding="ascii")


def processor_seconds(process_id: int) -> float:
    """Return the processor time that a process and those it has started have spent so far; all must still run."""
    # Its clock as clock_getcpuclockid(3) names it on Linux: to the nanosecond, where /proc counts hundredths.
    own = time.clock_gettime((~process_id << 3) | 2)
    return own + sum(map(processor_seconds, children_of(process_id)))


def children_of(process_id: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def _memory_mb(process_id: int, which: str) -> float:
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(rf"^{which}:\s+([0-9]+) kB", status, re.MULTILINE)
    return 0.0 if found is None else int(found[1]) / 1_024


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
