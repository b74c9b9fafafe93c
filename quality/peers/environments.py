"""Sets up a peer's environment from its pinned requirements, and runs its program in it."""

import hashlib
import os
import shutil
import subprocess
import venv
from pathlib import Path
from typing import Final

PEERS_FOLDER: Final = Path(__file__).parent
ENVIRONMENTS_FOLDER: Final = Path("var/peers")
STAMP: Final = "installed.sha256"
MAX_RUN_SECONDS: Final = 4 * 3600


class PeerMissingError(Exception):
    """A peer could not be installed; its name and the log of pip are in the message."""


class PeerFailedError(Exception):
    """A peer's program ended without a result; its name, why and its log are in the message."""


def set_up(peer: str, peers: Path | None = None) -> Path:
    """Return the interpreter of a peer's environment, made and filled unless it is there with these requirements.

    Args:
        peer: its name, and its folder's.
        peers: the folder of that folder; by default this one.

    Raises:
        PeerMissingError: what it requires can't be installed.
    """
    folder = ENVIRONMENTS_FOLDER.absolute() / peer
    python = folder / "bin" / "python"
    requirements = (peers or PEERS_FOLDER) / peer / "requirements.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    log = folder.with_suffix(".log")
    with log.open("wb") as said:
        command = [*install, "--requirement", str(requirements)]
        installed = subprocess.run(command, check=False, stdout=said, stderr=said)
    if installed.returncode:
        raise PeerMissingError(f"{peer}: pip {installed.returncode}, {log}")
    stamp.write_text(wanted, encoding="ascii")
    return python


def run_peer(peer: str, program: str, *arguments: str | Path, log: Path) -> None:
    """Run a peer's program to its end; what it says goes into `log`.

    Raises:
        PeerMissingError: the peer could not be installed.
        PeerFailedError: it ended with an error or took longer than `MAX_RUN_SECONDS`.
    """
    command = [str(set_up(peer)), str(PEERS_FOLDER / peer / program), *map(str, arguments)]
    with log.open("wb") as said:
        try:
            ended = subprocess.run(
                command, check=False, stdout=said, stderr=said, timeout=MAX_RUN_SECONDS, env=own_environment()
            )
        except subprocess.TimeoutExpired:
            raise PeerFailedError(f"{peer}: {MAX_RUN_SECONDS} s") from None
    if ended.returncode:
        raise PeerFailedError(f"{peer}: exit {ended.returncode}, {log}")


def own_environment() -> dict[str, str]:
    """Return this process's environment without what would lead the peer to our own packages."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
