"""The file that says where a cluster is: in Spark's own form, the few properties that may differ and a shared secret.

What keeps data safe is not among them: it is always set (`spark_session`), and a file that names it is refused.
"""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from connectors.bulk.errors import BulkError
from schemas.faults import Wording

MAX_CLUSTER_FILE_BYTES: Final = 16 * 1024
MIN_SECRET_CHARACTERS: Final = 32

MASTER: Final = "spark.master"
SECRET: Final = "spark.authenticate.secret"  # noqa: S105 - the name of a property

ALLOWED: Final = frozenset(
    {
        MASTER,
        SECRET,
        "spark.cores.max",
        "spark.driver.bindAddress",
        "spark.driver.blockManager.port",
        "spark.driver.host",
        "spark.driver.memory",
        "spark.driver.port",
        "spark.executor.cores",
        "spark.executor.memory",
        "spark.port.maxRetries",
    }
)

_LINE: Final = re.compile(r"(spark\.[A-Za-z.]{1,60})[ \t=]+([!-~]{1,200})")
_MASTER: Final = re.compile(r"spark://[a-z0-9.-]{1,200}:[0-9]{1,5}(?:,[a-z0-9.-]{1,200}:[0-9]{1,5}){0,4}")


def read_cluster_file(path: Path) -> Mapping[str, str]:
    """Return the properties; blank lines and lines that begin with # are left out.

    Raises:
        BulkError: others can read it, it is malformed, names another property, or lacks the master or a long secret.
    """
    properties: dict[str, str] = {}
    for number, line in enumerate(_read(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None or found[1] not in ALLOWED or found[1] in properties:
            raise BulkError(
                Wording(
                    f"集群文件第{number}行：只能写 {', '.join(sorted(ALLOWED))}，各一次",
                    f"line {number} of the cluster file: it may name these alone, each once: "
                    f"{', '.join(sorted(ALLOWED))}",
                )
            )
        properties[found[1]] = found[2]
    if not _MASTER.fullmatch(properties.get(MASTER, "")) or len(properties.get(SECRET, "")) < MIN_SECRET_CHARACTERS:
        raise BulkError(
            Wording(
                f"集群文件要有 {MASTER}（spark://主机:端口）和至少 {MIN_SECRET_CHARACTERS} 个字符的 {SECRET}",
                f"the cluster file needs {MASTER} (spark://host:port) and {SECRET} of at least "
                f"{MIN_SECRET_CHARACTERS} characters",
            )
        )
    return properties


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise BulkError(
                    Wording(
                        f"集群文件含密钥，只能本人可读：chmod 600 {path}", f"only you may read it: chmod 600 {path}"
                    )
                )
            data = file.read(MAX_CLUSTER_FILE_BYTES + 1)
        text = data.decode("ascii")
    except (OSError, UnicodeDecodeError):
        raise BulkError(Wording(f"读不了集群文件 {path}", f"the cluster file {path} can't be read")) from None
    if len(data) > MAX_CLUSTER_FILE_BYTES:
        raise BulkError(Wording(f"集群文件 {path} 过大", f"the cluster file {path} is too large"))
    return text
