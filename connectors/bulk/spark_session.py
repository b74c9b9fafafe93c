"""A Spark session for one job: encrypted on disk and on the wire, without pages and event logs, in a private folder.

Properties are given to Spark in a file and not on its command line, which everybody on the machine can read.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connectors.bulk.errors import BulkError
from schemas.faults import Wording

if TYPE_CHECKING:
    from connectors.bulk.spark_engine import SparkEngine

ATTEMPTS: Final = 4
"""So often a part is tried before a job fails."""

LOOPBACK: Final = "127.0.0.1"

ALWAYS: Final[Mapping[str, str]] = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.network.crypto.cipher": "AES/GCM/NoPadding",
    "spark.io.encryption.enabled": "true",
    "spark.io.encryption.keySizeBits": "256",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.app.name": "tongxin-bulk",
    "spark.api.mode": "classic",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "200",
    "spark.driver.maxResultSize": "0",
    "spark.network.timeout": "600s",
    "spark.python.authenticate.socketTimeout": "300s",
    "spark.driver.extraJavaOptions": "-XX:-UsePerfData",
    "spark.executor.extraJavaOptions": "-XX:-UsePerfData",
}
"""What keeps the data of a job safe, and what the engine counts on."""

_QUIET: Final = """rootLogger.level = off
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
logger.repl.name = org.apache.spark.api.python.PythonGatewayServer
logger.repl.level = off
"""
"""Nothing is logged: a line may quote what a worker had at hand. Unless all of this is said Spark raises the level."""

_NO_JAVA: Final = Wording(
    "找不到 Java 17 或更新的版本：请安装（Debian：default-jre-headless），或设置 JAVA_HOME",
    "there is no Java 17 or newer: install one (Debian: default-jre-headless), or set JAVA_HOME",
)
_NO_SPARK: Final = Wording(
    "没有安装 Apache Spark：pip install --require-hashes --requirement requirements/spark.txt",
    "Apache Spark is not installed: pip install --require-hashes --requirement requirements/spark.txt",
)
_NOT_STARTED: Final = Wording("Spark 未能启动，或连不上集群", "Spark could not be started, or the cluster not reached")


def require_spark() -> None:
    """Check that there is what Spark needs; raises BulkError."""
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else shutil.which("java")
    try:
        subprocess.run([str(java), "-version"], check=True, capture_output=True)  # noqa: S603 - the machine's own Java
    except (OSError, subprocess.CalledProcessError):
        raise BulkError(_NO_JAVA) from None
    if not all(map(find_spec, ("pandas", "pyspark"))):
        raise BulkError(_NO_SPARK)


@contextmanager
def spark_engine(cluster: Mapping[str, str] | None, cores: int, scratch: Path | None = None) -> "Iterator[SparkEngine]":
    """Start Spark for one job; a process does this once.

    Args:
        cluster: properties of a cluster file; None works on this machine alone.
        cores: on this machine, how many.
        scratch: where the private folder for what Spark writes meanwhile is made; None is the system's place.

    Raises:
        BulkError: Java or Spark is missing, or Spark can't be started.
    """
    require_spark()
    folder = Path(tempfile.mkdtemp(prefix="tongxin-bulk-", dir=scratch))
    try:
        with _environment(_write_properties(folder, cluster, cores), is_local=cluster is None):
            yield from _session(cores)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _session(cores: int) -> "Iterator[SparkEngine]":
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    from connectors.bulk.spark_engine import SparkEngine

    try:
        session = SparkSession.builder.getOrCreate()
    except (PySparkException, Py4JError):
        raise BulkError(_NOT_STARTED) from None
    try:
        session.conf.set("spark.sql.shuffle.partitions", str(2 * max(session.sparkContext.defaultParallelism, cores)))
        yield SparkEngine(session)
    finally:
        session.stop()


def _write_properties(folder: Path, cluster: Mapping[str, str] | None, cores: int) -> Path:
    """Write Spark's own files for this job and return their folder."""
    here = {
        "spark.master": f"local[{cores},{ATTEMPTS}]",
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
    }
    own = {
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    java_options = f"{ALWAYS['spark.driver.extraJavaOptions']} -Djava.io.tmpdir={folder}"
    properties = {**(cluster or here), **own, **ALWAYS, "spark.driver.extraJavaOptions": java_options}
    conf = folder / "conf"
    conf.mkdir(mode=0o700)
    text = "".join(f"{name} {value}\n" for name, value in properties.items())
    descriptor = os.open(conf / "spark-defaults.conf", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    (conf / "log4j2.properties").write_text(_QUIET, encoding="ascii")
    return conf


@contextmanager
def _environment(conf: Path, *, is_local: bool) -> Iterator[None]:
    """Point Spark to its files; what the machine's administrator set for other programs does not count."""
    import pyspark

    own = {
        "SPARK_CONF_DIR": str(conf),
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "PYSPARK_PYTHON": sys.executable,
    }
    if is_local:
        own["SPARK_LOCAL_IP"] = LOOPBACK
    taken = ("SPARK_LOCAL_DIRS", "PYSPARK_SUBMIT_ARGS", "PYSPARK_DRIVER_PYTHON", "SPARK_REMOTE")
    before = {name: os.environ.get(name) for name in (*own, *taken)}
    for name in taken:
        os.environ.pop(name, None)
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
