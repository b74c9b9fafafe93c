"""Hashes a set part by part: each worker reads rows, evaluates their keys under the agreement's key, writes hashes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from connectors.bulk.errors import BulkError
from connectors.bulk.hashed_set import HashedSet, write_part, write_set
from connectors.bulk.source_parts import Source, SourcePart
from connectors.bulk.worker_key import WorkerKey
from connectors.data_sets import Record
from connectors.sources.errors import SourceError
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.crypto.oprf_batch import evaluate_batch
from keys.custody.errors import CustodyError
from keys.protocol.evaluation_keys import evaluation_key_id
from linkage.hash_table import HASH_BYTES
from linkage.split.flow import HERE, Engine, Piece
from schemas.faults import Wording
from schemas.linkage_keys import LinkageKey
from schemas.messages.index import FLAGGED, KEY_TYPE_CODES
from schemas.problem import ProblemError

RECORDS_A_STEP = 500
"""Records that a worker evaluates at a time: so many identifiers in clear it holds, and no more."""


@dataclass(frozen=True, slots=True)
class HashingJob:
    """What all workers are told.

    Attributes:
        key: under which key.
        source: how rows are read.
        files: the files of the set.
        parts: its parts.
        folder: where the hashed set is written; it is there, and empty.
    """

    key: WorkerKey
    source: Source
    files: tuple[Path, ...]
    parts: tuple[SourcePart, ...]
    folder: Path


def hash_set(engine: Engine, job: HashingJob, public_key: bytes, key_set: str) -> HashedSet:
    """Hash all parts; the set is complete when this returns.

    Raises:
        BulkError: a worker has no key, another key, or could not read its rows.
    """
    done: dict[int, int] = {}
    key_id = evaluation_key_id(public_key)
    for _, piece in engine.start(len(job.parts), partial(_hash_part, job, key_id)).collect():
        told = json.loads(piece)
        if "failed" in told:
            raise BulkError(Wording(**told["failed"]))
        done[told["part"]] = told["records"]
    hashed = HashedSet(
        agreement=job.key.agreement,
        epoch=job.key.epoch,
        key_id=key_id,
        key_set=key_set,
        files=tuple(path.name for path in job.files),
        rows=sum(len(part.numbers) for part in job.parts),
        records=tuple(done[part] for part in range(len(job.parts))),
    )
    write_set(job.folder, hashed)
    return hashed


def _hash_part(job: HashingJob, key_id: str, number: int) -> Iterator[Piece]:
    part = job.parts[number]
    try:
        key_pair = job.key.open()
        if evaluation_key_id(key_pair.public_key) != key_id:
            yield HERE, _failed(_OTHER_KEY)
            return
        rows = list(_rows(part.file, job.source.read(part), key_pair))
        write_part(job.folder, number, rows)
    except SourceError as error:
        place = Wording(f"{part.path.name}：{error.wording.zh}", f"{part.path.name}: {error.wording.en}")
        yield HERE, _failed(place)
    except (CustodyError, ProblemError):
        yield HERE, _failed(_NO_KEY)
    except OSError:
        yield HERE, _failed(_NOT_WRITTEN)
    else:
        yield HERE, json.dumps({"part": number, "records": len(rows)}).encode()


def _rows(file: int, records: Iterator[Record], key_pair: EvaluationKeyPair) -> Iterator[tuple[int, int, bytes, bytes]]:
    usable = (record for record in records if record.linkage_keys)
    while step := list(islice(usable, RECORDS_A_STEP)):
        inputs = [key.oprf_input() for record in step for key in record.linkage_keys]
        # Every core has a worker of its own already.
        outputs = iter(evaluate_batch(key_pair.private_key, inputs, workers=1))
        for record in step:
            keys = record.linkage_keys
            hashes = b"".join(next(outputs)[:HASH_BYTES] for _ in keys)
            yield file, record.row_number, _codes(keys), hashes


def _codes(keys: Sequence[LinkageKey]) -> bytes:
    return bytes(KEY_TYPE_CODES[key.key_type] | (FLAGGED if key.is_flagged else 0) for key in keys)


def _failed(sentence: Wording) -> bytes:
    return json.dumps({"failed": {"zh": sentence.zh, "en": sentence.en}}).encode()


_NO_KEY = Wording(
    "有工作进程打不开密钥文件：每台机器上都要有连接器文件夹中的密钥文件，口令放在口令文件或环境变量里",
    "a worker can't open the key file: each machine needs the key file in the connector's folder, and the passphrase "
    "in its file or in the environment",
)
_OTHER_KEY = Wording(
    "有工作进程的密钥文件不是这一份：请把当前的密钥文件放到每台机器上",
    "a worker has another key file: put the present one on each machine",
)
_NOT_WRITTEN = Wording(
    "有工作进程写不了结果：输出文件夹须在每台机器的同一位置可写",
    "a worker can't write: the folder for the result must be writable at the same place on every machine",
)
