"""Hashes and links two made-up sets in a process of its own, as the command does: Spark is started once a process.

Called with the folder of the play, the digest of the agreement, the folder for results, and the cluster file if any.
"""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from connectors.bulk.cluster_file import read_cluster_file
from connectors.bulk.hash_set import HashingJob, hash_set
from connectors.bulk.link_sets import link_sets
from connectors.bulk.source_parts import find_parts
from connectors.bulk.worker_key import WorkerKey
from connectors.context import open_connector
from connectors.enrolment import create_connector_folder
from connectors.evaluation import create_evaluation_key
from connectors.settings import ConnectorSettings
from connectors.sources.identities import ReadingRules
from keys.custody.key_file_format import KdfCost
from linkage.split.flow import Engine
from schemas.identity import ChildIdentity
from schemas.key_set import load_key_set
from tests.migrated_database import place_state
from tests.unit.connectors.rehearsal.made_up import COUNTIES, children

CHILDREN = 4_000
DAY = date(2026, 3, 5)
KEY_SET = load_key_set("G")
RULES = ReadingRules(DAY, allow_test_regions=True, max_age_years=25)
PASSPHRASE = "a passphrase that no file may hold"
SETS = {"a": slice(0, 2_500), "b": slice(1_300, None)}
COLUMNS = {
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "citizen_id": "证件号",
    "residence_region": "县",
}


@dataclass(frozen=True)
class Play:
    """A folder with two sets, `a` and `b`, and an office that holds the key of an agreement."""

    folder: Path
    agreement: str

    @property
    def office(self) -> Path:
        return self.folder / "office"

    def mapping(self, name: str) -> Path:
        return self.folder / f"{name}.yaml"

    def hash(self, engine: Engine, name: str, out: Path) -> None:
        source, files, parts = find_parts(self.mapping(name), RULES)
        out.mkdir()
        connector = open_connector(self.office, PASSPHRASE)
        public_key = create_evaluation_key(connector, self.agreement, 1).public_key
        key = WorkerKey(self.office, self.folder / "passphrase", self.agreement, 1)
        hash_set(engine, HashingJob(key, source, files, parts, out), public_key, KEY_SET.id)


def prepare(folder: Path, agreement: str) -> Play:
    """Write both sets as Parquet, each in two files of several row groups, and found the office."""
    play = Play(folder, agreement)
    everybody, draw = children(CHILDREN, seed=5), Random(6)
    for name, chosen in SETS.items():
        rows = [_row(child, draw) for child in everybody[chosen]]
        # A child stands in the set twice, and has a twin of another name.
        rows += [*rows[::40], *(row | {"姓名": row["姓名"][:-1] + "双", "证件号": None} for row in rows[::50])]
        (folder / name).mkdir()
        for place, chunk in enumerate((rows[: len(rows) // 3], rows[len(rows) // 3 :])):
            pq.write_table(
                pa.table(
                    {column: pa.array([row[column] for row in chunk], pa.string()) for column in COLUMNS.values()}
                ),
                folder / name / f"{place}.parquet",
                row_group_size=500,
            )
        source = {"kind": "parquet", "path": name}
        mapping = {"data_set": "query_roster", "source": source, "columns": COLUMNS}
        play.mapping(name).write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    _found_office(play)
    return play


def _row(child: ChildIdentity, draw: Random) -> dict[str, str | None]:
    """Return the child as a careless office writes it: homophones, another place, no number."""
    name, number = child.name or "", child.citizen_id
    county = draw.choice(COUNTIES) if draw.random() < 0.1 else child.regions[0]
    return {
        "姓名": name.replace("小", "晓").replace("明", "铭") if draw.random() < 0.1 else name,
        "性别": "男" if child.sex == "1" else "女",
        "出生日期": f"{child.birth_dates[0]:%Y-%m-%d}",
        "证件号": None if number is None or draw.random() < 0.1 else number.text,
        "县": county,
    }


def _found_office(play: Play) -> None:
    settings = ConnectorSettings(
        agency="civil_affairs.990101",
        agency_type="civil_affairs",
        name_zh="童安县民政局",
        name_en="Tong'an County Civil Affairs Bureau",
        region="990101",
        endpoint="http://127.0.0.1:9",
        allow_test_regions=True,
        workers=1,
    )
    play.office.mkdir()
    place_state(play.office)
    begun_at = datetime.now(UTC) - timedelta(minutes=1)
    create_connector_folder(play.office, settings, PASSPHRASE, KdfCost(1, 8192), begun_at, os.urandom)
    passphrase_file = play.folder / "passphrase"
    passphrase_file.touch(0o600)
    passphrase_file.write_text(PASSPHRASE, encoding="ascii")


def main(folder: Path, agreement: str, out: Path, cluster: Path | None) -> None:
    """Do everything once."""
    from connectors.bulk.spark_session import spark_engine

    play = Play(folder, agreement)
    scratch = out / "scratch"
    scratch.mkdir(parents=True)
    properties = None if cluster is None else read_cluster_file(cluster)
    with spark_engine(properties, 2, scratch) as engine:
        for name in SETS:
            play.hash(engine, name, out / f"hashed-{name}")
        link_sets(engine, out / "hashed-a", out / "hashed-b", out / "links.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)
