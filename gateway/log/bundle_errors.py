"""What can be wrong with a bundle: a stable code, a sentence in two languages, and the place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class BundleFault(StrEnum):
    """The stable code of a fault."""

    TOO_LARGE = "too_large"
    ARCHIVE = "archive"
    CHECKPOINT = "checkpoint"
    COSIGNATURE_TIME = "cosignature_time"
    QUORUM = "quorum"
    LOG_KEY = "log_key"
    POLICY = "policy"
    FILE_UNEXPECTED = "file_unexpected"
    FILE_MISSING = "file_missing"
    FILE_SIZE = "file_size"
    TILE_MISMATCH = "tile_mismatch"
    ROOT_MISMATCH = "root_mismatch"
    ENTRY_MISMATCH = "entry_mismatch"
    ENTRY_INVALID = "entry_invalid"
    PROOF = "proof"
    NOT_INCLUDED = "not_included"
    DISCLOSURE = "disclosure"
    MANIFEST = "manifest"


_SENTENCES: Final[Mapping[BundleFault, str]] = MappingProxyType(
    {
        BundleFault.TOO_LARGE: "文件过大 / The file is too large",
        BundleFault.ARCHIVE: "压缩包结构不符 / The archive is not in its one form",
        BundleFault.CHECKPOINT: "检查点无效 / The checkpoint is not valid",
        BundleFault.COSIGNATURE_TIME: "见证时间在未来 / A witness signed in the future",
        BundleFault.QUORUM: "见证单位不足法定数 / Too few of the trusted witnesses cosigned",
        BundleFault.LOG_KEY: "日志公钥不受信任 / The log's key is not trusted",
        BundleFault.POLICY: "见证规则不符 / The witness policy is not valid here",
        BundleFault.FILE_UNEXPECTED: "多出文件 / There is a file that has no place here",
        BundleFault.FILE_MISSING: "缺少文件 / A file is missing",
        BundleFault.FILE_SIZE: "文件长度不符 / A file has the wrong size",
        BundleFault.TILE_MISMATCH: "哈希与签名的树不符 / A hash does not lead to the signed root",
        BundleFault.ROOT_MISMATCH: "条目与签名的根不符 / The entries do not lead to the signed root",
        BundleFault.ENTRY_MISMATCH: "条目被改动 / An entry is not the one that was logged",
        BundleFault.ENTRY_INVALID: "条目不属于此日志 / An entry is none of this log",
        BundleFault.PROOF: "证明不是此条目的 / A proof is malformed or another entry's",
        BundleFault.NOT_INCLUDED: "条目与证明不符合签名的根 / Entry and proof do not lead to the signed root",
        BundleFault.DISCLOSURE: "披露内容与条目不符 / A disclosure does not belong to its entry",
        BundleFault.MANIFEST: "清单与内容不符 / The manifest does not describe the files",
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a bundle: the file, the byte in that file, the index of the entry; as far as it is known."""

    file: str
    offset: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.entry is not None:
            parts.append(f"entry {self.entry}")
        if self.offset is not None:
            parts.append(f"byte {self.offset}")
        return ", ".join(parts)


class BundleError(ValueError):
    """A bundle does not verify.

    Attributes:
        code: the stable code of the fault.
        where: the place.
    """

    def __init__(self, code: BundleFault, where: Place) -> None:
        super().__init__(f"{_SENTENCES[code]} [{code}]: {where}")
        self.code = code
        self.where = where
