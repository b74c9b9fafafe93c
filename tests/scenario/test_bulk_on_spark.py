"""Two sets linked on Apache Spark, here and on a cluster of two workers: equal to the embedded path in every bit.

And what an attacker finds afterwards who can read all that Spark and its workers wrote.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.bulk.errors import BulkError
from connectors.bulk.spark_session import ALWAYS, require_spark
from keys.custody.key_file import open_key_file
from keys.custody.key_ring import KeyKind
from schemas.formats import digest_of
from tests.scenario.bulk_play import PASSPHRASE, SETS, Play, prepare
from tests.scenario.bulk_results import embedded, written

AGREEMENT = digest_of(b"an agreement")
PATIENCE_SECONDS = 900
BRIEF = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
"""Half of what a brief Java process costs is optimising what it won't run again."""

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def play(tmp_path_factory) -> Play:
    try:
        require_spark()
    except BulkError as error:
        pytest.skip(f"bulk linkage is not played on Spark: {error}")
    return prepare(tmp_path_factory.mktemp("national"), AGREEMENT)


@pytest.fixture(scope="module")
def expected(play):
    linked, told = embedded(play)
    assert linked.judgement.withheld is None
    assert {"match", "possible_match", "non_match"} == {outcome for _, outcome, *_ in told}
    return told


def run(play: Play, out: Path, *cluster: str, environment: dict[str, str] | None = None) -> str:
    """Do all three jobs in one process, in a folder of its own; returns what it said."""
    command = [sys.executable, "-m", "tests.scenario.bulk_play", str(play.folder), play.agreement, str(out), *cluster]
    work = out.parent / f"{out.name}-work"
    work.mkdir()
    paths = {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(work)}
    done = subprocess.run(
        command,
        cwd=work,
        env=os.environ | BRIEF | paths | (environment or {}),
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    (out.parent / f"{out.name}-said.txt").write_text(said)
    assert done.returncode == 0, said[-2_000:]
    return said


@pytest.fixture(scope="module")
def here(play) -> Path:
    out = play.folder / "here"
    run(play, out)
    return out


def test_this_machine_alone_gives_the_same_bits(here, expected):
    assert written(here / "links.parquet") == expected


def test_the_command_links_the_same_sets_to_the_same_rows(here, play, expected):
    out = play.folder / "by-command.parquet"
    sets = [str(here / f"hashed-{name}") for name in SETS]
    program = str(Path(sys.executable).with_name("tongxin-connector"))
    command = [program, "--folder", str(play.office), "bulk", "link", *sets, str(out), "--cores", "2", "--json"]
    done = subprocess.run(
        command, env=os.environ | BRIEF, capture_output=True, timeout=PATIENCE_SECONDS, check=False, text=True
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert written(out) == expected
    told = json.loads(done.stdout)
    assert sum(told["outcomes"].values()) == len(expected)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def daemon(folder: Path, name: str, *arguments: str) -> Iterator[None]:
    """Start a master or a worker as a process of its own; it is ended by its id."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    home = Path(spec.origin).parent
    environment = (
        os.environ
        | BRIEF
        | {
            "SPARK_HOME": str(home),
            "SPARK_CONF_DIR": str(folder / "conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(folder / "local"),
            "SPARK_DAEMON_MEMORY": "256m",
            "PYTHONPATH": str(REPOSITORY),
        }
    )
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(home / "bin" / "spark-class"), *arguments],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail("the cluster's master did not come up")


@pytest.fixture(scope="module")
def cluster(play) -> Path:
    """Do the jobs on a standalone cluster of two workers on loopback; returns the folder of everything it wrote."""
    folder = play.folder / "cluster"
    (folder / "conf").mkdir(parents=True)
    (folder / "local").mkdir()
    secret, port = secrets.token_urlsafe(32), free_port()
    safety = {name: value for name, value in ALWAYS.items() if name.startswith(("spark.auth", "spark.network"))}
    common = safety | {"spark.authenticate.secret": secret}
    text = "".join(f"{name} {value}\n" for name, value in common.items())
    (folder / "conf" / "spark-defaults.conf").write_text(text)
    file = play.folder / "cluster.conf"
    file.touch(0o600)
    file.write_text(
        f"spark.master spark://127.0.0.1:{port}\nspark.authenticate.secret {secret}\n"
        "spark.driver.host 127.0.0.1\nspark.driver.bindAddress 127.0.0.1\n"
        "spark.executor.memory 512m\nspark.driver.memory 512m\n"
    )
    deploy, master = "org.apache.spark.deploy", f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.enter_context(
            daemon(folder, "master", f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port))
        )
        wait_for_port(port)
        for name in ("one", "two"):
            options = ("--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--work-dir", str(folder / name))
            stack.enter_context(daemon(folder, f"worker-{name}", f"{deploy}.worker.Worker", *options, master))
        run(play, folder / "out", str(file), environment={"SPARK_LOCAL_IP": "127.0.0.1"})
    return folder


def test_a_cluster_of_two_workers_gives_the_same_bits(cluster, expected):
    assert written(cluster / "out" / "links.parquet") == expected
    assert [len(list((cluster / name).glob("app-*/*"))) for name in ("one", "two")] == [1, 1]


def forbidden(play: Play) -> set[bytes]:
    """Return what nobody may find: names, numbers and telephones of both sets, the passphrase and the keys."""
    found = {PASSPHRASE.encode()}
    for name in SETS:
        for path in sorted((play.folder / name).glob("*.parquet")):
            for column in pq.read_table(path).columns:
                values = set(column.to_pylist()) - {None}
                found |= {
                    value.encode() for value in values if len(value) >= 11 or (len(value) > 2 and value[0] > "一")
                }
    ring = open_key_file(play.office / "keys.json", PASSPHRASE)
    kinds = {KeyKind.EVALUATION_SEED, KeyKind.AGREEMENT_SALT}
    found |= {record.secret for record in ring.records if record.kind in kinds}
    return found


@pytest.mark.parametrize("place", ["here", "cluster"])
def test_nothing_that_spark_wrote_holds_an_identifier_or_a_key(request, play, place):
    request.getfixturevalue(place)
    secrets_ = forbidden(play)
    assert len(secrets_) > 2_000
    made = play.folder / place
    written_ = (
        [made] if place == "cluster" else [made, play.folder / f"{place}-work", play.folder / f"{place}-said.txt"]
    )
    files = [
        path for top in written_ for path in ([top] if top.is_file() else sorted(top.rglob("*"))) if path.is_file()
    ]
    assert len(files) > 5
    for path in files:
        data = path.read_bytes()
        assert not [one for one in secrets_ if one in data], path.relative_to(play.folder)


def test_nothing_is_left_in_the_place_for_temporary_files(here, play):
    assert list((here / "scratch").iterdir()) == []
    assert [path.name for path in (play.folder / "here-work").iterdir() if path.name.startswith("tongxin-bulk")] == []
