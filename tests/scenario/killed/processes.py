"""Processes in groups of their own, killed with SIGKILL at once with all their workers, and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from demo.scenario.cast import PASSPHRASE
from hosting.certificates import trusted_authorities

START_SECONDS = 180
POLL_SECONDS = 0.05


@dataclass
class Victim:
    """One process group: how it is started, where it writes, and how one sees that it is up (None: at once)."""

    name: str
    command: Sequence[str]
    log: Path
    health_url: str | None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; the temporary files that it can't clean up go where the test's files are."""
        environment = {**os.environ, "TONGXIN_PASSPHRASE": PASSPHRASE, "TMPDIR": str(self.log.parent)}
        with self.log.open("ab") as stream:
            self._process = subprocess.Popen(
                self.command, env=environment, stdout=stream, stderr=stream, start_new_session=True
            )

    def wait_until_up(self) -> None:
        """Return when it answers; raises TimeoutError, or ChildProcessError if it ended."""
        if self.health_url is None:
            return
        deadline = time.monotonic() + START_SECONDS
        with httpx.Client(timeout=2, verify=trusted_authorities()) as http:
            while not self._answers(http, self.health_url):
                self.require_alive()
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.name} did not start, see {self.log}")
                time.sleep(POLL_SECONDS)

    @staticmethod
    def _answers(http: httpx.Client, url: str) -> bool:
        try:
            return http.get(url).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """Kill the whole group and wait until it is gone."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    @property
    def process_id(self) -> int:
        """The id of its first process; raises ChildProcessError if it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise ChildProcessError(f"{self.name} does not run, see {self.log}")
        return self._process.pid

    def require_alive(self) -> None:
        """Raise ChildProcessError if it has ended by itself."""
        if self._process is None or self._process.poll() is not None:
            raise ChildProcessError(f"{self.name} ended by itself, see {self.log}")


def command_of(name: str, *arguments: str) -> list[str]:
    """Return one of the product's commands."""
    return [str(Path(sys.executable).with_name(name)), *arguments]
