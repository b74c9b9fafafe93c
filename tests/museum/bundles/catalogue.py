"""The museum's catalogue of bad bundles, and a script that writes them all to a folder:

python -m tests.museum.bundles.catalogue FOLDER
"""

import sys
import tempfile
from pathlib import Path

from tests.museum.bundles.archive_faults import ARCHIVE_FAULTS
from tests.museum.bundles.evidence_faults import EVIDENCE_FAULTS
from tests.museum.bundles.exhibits import Exhibit
from tests.museum.bundles.head_faults import HEAD_FAULTS
from tests.museum.bundles.honest import build
from tests.museum.bundles.tree_faults import TREE_FAULTS

EXHIBITS: list[Exhibit] = [*ARCHIVE_FAULTS, *HEAD_FAULTS, *TREE_FAULTS, *EVIDENCE_FAULTS]


def write_all(folder: Path) -> None:
    """Write the good bundles and all bad ones; each run writes the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        honest = build(Path(work))
    (folder / "log-honest.zip").write_bytes(honest.log)
    (folder / "evidence-honest.zip").write_bytes(honest.evidence)
    for exhibit in EXHIBITS:
        (folder / exhibit.file_name).write_bytes(exhibit.make(honest, exhibit.of))


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
