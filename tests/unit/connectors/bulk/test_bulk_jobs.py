"""Bulk jobs without Spark: two sets are hashed and linked as the embedded path links them, and bad input is refused."""

from pathlib import Path

import pytest

from connectors.bulk import source_parts
from connectors.bulk.cluster_file import MASTER, SECRET, read_cluster_file
from connectors.bulk.errors import BulkError
from connectors.bulk.hash_set import HashingJob, hash_set
from connectors.bulk.hashed_set import SET_FILE, open_set, write_set
from connectors.bulk.link_sets import link_sets
from connectors.bulk.source_parts import find_parts
from connectors.bulk.worker_key import WorkerKey
from connectors.context import open_connector
from connectors.evaluation import create_evaluation_key
from schemas.formats import digest_of
from schemas.messages.match import Basis
from tests.scenario.bulk_play import KEY_SET, PASSPHRASE, RULES, SETS, Play, prepare
from tests.scenario.bulk_results import embedded, written
from tests.unit.linkage.split.in_lists import ListEngine

AGREEMENT = digest_of(b"an agreement")
OTHER = digest_of(b"another agreement")


@pytest.fixture(scope="module")
def play(tmp_path_factory) -> Play:
    return prepare(tmp_path_factory.mktemp("bulk"), AGREEMENT)


@pytest.fixture(scope="module")
def hashed(play, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hashed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_parts, "ROWS_A_PART", 700)
        for name in SETS:
            play.hash(ListEngine(), name, folder / name)
    return folder


def test_linking_in_parts_is_linking_the_whole(play, hashed, tmp_path):
    done = link_sets(ListEngine(), hashed / "a", hashed / "b", tmp_path / "links.parquet")
    linked, told = embedded(play)
    assert written(tmp_path / "links.parquet") == told
    assert len(done.asked.records) > 2
    judged = done.linked.judgement
    assert (judged.basis, judged.withheld) == (Basis.FITTED, None)
    assert (judged.threshold, judged.precision, judged.recall) == (
        linked.judgement.threshold,
        linked.judgement.precision,
        linked.judgement.recall,
    )
    assert done.linked.repeated > 20
    assert {"match", "possible_match", "non_match"} == {outcome for _, outcome, *_ in told}


def test_a_hashed_set_holds_numbers_and_hashes_alone(play, hashed):
    _, _, parts = find_parts(play.mapping("a"), RULES)
    assert sum(open_set(hashed / "a")[0].records) <= sum(len(part.numbers) for part in parts)
    names = {str(row.cells["name"]).encode() for part in parts for row in _rows(play, part)}
    assert len(names) > 500
    for path in sorted((hashed / "a").iterdir()):
        data = path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        assert not [name for name in names if len(name) > 3 and name in data]


def _rows(play, part):
    source, _, _ = find_parts(play.mapping("a"), RULES)
    for row in source.parquet(part.path).rows_between(part.numbers):
        yield type(row)(row.number, row.locator, {"name": row.cells[source.mapping.columns["name"][0]]})


def test_sets_of_two_agreements_are_not_linked(hashed, tmp_path):
    (tmp_path / "other").mkdir()
    write_set(tmp_path / "other", open_set(hashed / "b")[0].model_copy(update={"agreement": OTHER}))
    with pytest.raises(BulkError, match="same key"):
        link_sets(ListEngine(), hashed / "a", tmp_path / "other", tmp_path / "links.parquet")
    assert not (tmp_path / "links.parquet").exists()


def test_a_set_without_its_last_file_is_not_complete(hashed, tmp_path):
    (tmp_path / "half").mkdir()
    with pytest.raises(BulkError, match="not a complete"):
        link_sets(ListEngine(), tmp_path / "half", hashed / "b", tmp_path / "links.parquet")


def test_a_result_is_never_written_over(hashed, tmp_path):
    (tmp_path / "links.parquet").write_text("kept")
    with pytest.raises(BulkError, match="already"):
        link_sets(ListEngine(), hashed / "a", hashed / "b", tmp_path / "links.parquet")
    assert (tmp_path / "links.parquet").read_text() == "kept"


@pytest.mark.parametrize("wrong", ["passphrase", "public_key", "row"])
def test_a_job_that_a_worker_can_not_do_leaves_no_set(play, tmp_path, wrong):
    public_key = create_evaluation_key(open_connector(play.office, PASSPHRASE), AGREEMENT, 1).public_key
    passphrase_file = tmp_path / "passphrase"
    passphrase_file.touch(0o600)
    passphrase_file.write_text("another passphrase" if wrong == "passphrase" else PASSPHRASE)
    source, files, parts = find_parts(play.mapping("a"), RULES)
    if wrong == "row":
        mapping = source.mapping.model_copy(update={"data_set": "student_register"})
        source = source_parts.Source(mapping, RULES)
    key = WorkerKey(play.office, passphrase_file, AGREEMENT, 1)
    out = tmp_path / "out"
    out.mkdir()
    job = HashingJob(key, source, files, parts, out)
    with pytest.raises(BulkError) as caught:
        hash_set(ListEngine(), job, bytes(32) if wrong == "public_key" else public_key, KEY_SET.id)
    expected = {"passphrase": "open the key file", "public_key": "another key file", "row": "parquet"}[wrong]
    assert expected in str(caught.value)
    assert not (out / SET_FILE).exists()


def test_rows_between_are_the_rows_with_these_numbers(play):
    source, files, _ = find_parts(play.mapping("b"), RULES)
    whole = list(source.parquet(files[0]).rows())
    for numbers in (range(1, 2), range(499, 503), range(500, 1_001), range(len(whole), len(whole) + 5)):
        assert list(source.parquet(files[0]).rows_between(numbers)) == [row for row in whole if row.number in numbers]


GOOD = {MASTER: "spark://cluster.example:7077", SECRET: "s" * 32}


def cluster_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "cluster.conf"
    path.touch(mode)
    path.write_text(text)
    path.chmod(mode)
    return path


def lines(**changes: str | None) -> str:
    properties = GOOD | {"spark.executor.memory": "8g"} | {f"spark.{key}": value for key, value in changes.items()}
    return "# our cluster\n\n" + "".join(f"{key} {value}\n" for key, value in properties.items() if value)


def test_a_cluster_file_names_the_cluster(tmp_path):
    assert read_cluster_file(cluster_file(tmp_path, lines())) == GOOD | {"spark.executor.memory": "8g"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        lines(master=None),
        lines(master="local[2]"),
        lines(master="yarn"),
        lines(**{"authenticate.secret": "short"}),
        lines(**{"ui.enabled": "true"}),
        lines(**{"io.encryption.enabled": "false"}),
        lines(**{"executor.extraJavaOptions": "-Xlog"}),
        lines() + f"{MASTER} spark://other:1\n",
        lines() + "spark.executor.cores\n",
    ],
)
def test_a_cluster_file_that_says_anything_else_is_refused(tmp_path, text):
    with pytest.raises(BulkError):
        read_cluster_file(cluster_file(tmp_path, text))


def test_a_cluster_file_that_others_can_read_is_refused(tmp_path):
    with pytest.raises(BulkError, match="chmod 600"):
        read_cluster_file(cluster_file(tmp_path, lines(), 0o640))
