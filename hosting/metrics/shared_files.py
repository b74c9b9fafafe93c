"""The folder in which a program's processes keep their counts, so that any of them can tell the sum of all.

`prometheus_client` looks at the variable when it is first imported, so the folder comes before that import.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


def share_counts() -> dict[str, Callable[..., None]]:
    """Make the folder, its owner's alone, and name it to the processes to come; return gunicorn's hooks that tidy up.

    The counts of a process that ended still count; what only living processes have (memory, descriptors) does not.
    """
    folder = Path(tempfile.mkdtemp(prefix="tongxin-metrics-"))
    os.environ[FOLDER_VARIABLE] = str(folder)

    def child_exit(_server: Any, worker: Any) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

    def on_exit(_server: Any) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    return {"child_exit": child_exit, "on_exit": on_exit}
