"""What is said about the machine and its processes."""

import os
import subprocess
import sys
from pathlib import Path

from bench.machine import (
    children_of,
    describe_machine,
    file_system_of,
    forget_peak_memory,
    peak_memory_mb,
    processor_seconds,
)


def test_the_machine_names_what_does_the_work():
    machine = describe_machine()
    assert {"processor", "cores", "Python", "libsodium", "SQLite", "gunicorn", "load at start"} <= machine.keys()
    assert all(machine.values())


def test_a_folder_lies_on_the_file_system_mounted_nearest_above_it():
    assert file_system_of(Path("/proc/self")) == "proc"
    assert file_system_of(Path("/")) != "proc"


def test_a_peak_of_memory_can_be_forgotten():
    passing = bytearray(b"\x01" * (200 << 20))
    peak = peak_memory_mb(os.getpid())
    del passing
    forget_peak_memory(os.getpid())
    assert peak_memory_mb(os.getpid()) < peak - 100


def test_children_are_those_that_still_run():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children_of(os.getpid())
        child.communicate()
    assert child.pid not in children_of(os.getpid())


BUSY = """
import sys, time
while time.process_time() < 0.1:
    pass
print(flush=True)
sys.stdin.read()
"""
"""Spends more than the clock's tick of a hundredth of a second, says so, and waits."""


def test_the_processor_time_of_children_counts():
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone = processor_seconds(child.pid)
        both = processor_seconds(os.getpid())
        assert 0 < alone < both
        assert processor_seconds(os.getpid()) > both
