"""Evidence against the log as a zip file that anybody can check: notes, the log's key, and what to do with them."""

import json
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from connectors.state.witness_notes import Evidence
from connectors.witness.witness import Witness
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.note import parse_note

_README = """\
童心审计日志：互相矛盾的检查点 / Tongxin audit log: checkpoints that contradict each other

每个文件夹是一项发现。first.txt 和 second.txt 都带有日志公钥 log.vkey 的签名（C2SP signed-note）。
Each folder is one finding. The log's key, log.vkey, signed both first.txt and second.txt (C2SP signed-note).

code (finding.json):
  split_view          同一大小、两个不同的根：单凭这两个文件即可证明日志有两份历史。大小不同时，网关拿不出一致性证明。
                      Two roots for one size: these two files alone prove two histories. Where the sizes differ, the
                      gateway had no consistency proof between them.
  log_rolled_back     网关后来出示的日志比它签过的小。 / The gateway showed a smaller log than it had signed.
  log_not_consistent  网关给出的一致性证明 proof.txt 不成立。
                      The gateway's consistency proof, proof.txt, does not hold.

核对 / To check: 用任何支持 signed-note 的软件（如 Go 的 golang.org/x/mod/sumdb/note）以 log.vkey 验证两个文件，
再比较第二、三行（大小和根）。 / verify both files against log.vkey with any software that reads signed notes, such as
Go's golang.org/x/mod/sumdb/note, then compare their second and third lines, size and root.
"""


def write_evidence(witness: Witness, findings: list[Evidence]) -> bytes:
    """Return the zip file with all findings."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        for finding in findings:
            for name, data in _files(witness, finding).items():
                archive.writestr(f"{finding.id}/{name}", data)
    return stream.getvalue()


def _files(witness: Witness, finding: Evidence) -> dict[str, bytes]:
    key = witness.find_log_key(finding.origin)
    first, second = (parse_checkpoint(parse_note(note).text) for note in (finding.first_note, finding.second_note))
    described = {
        "code": finding.code,
        "origin": finding.origin,
        "sizes": [first.size, second.size],
        "found_at": datetime.fromtimestamp(finding.found_at, UTC).isoformat(),
        "found_by": witness.connector.agency,
    }
    files = {
        "first.txt": finding.first_note,
        "second.txt": finding.second_note,
        "finding.json": json.dumps(described, ensure_ascii=False, indent=2).encode() + b"\n",
        "log.vkey": b"" if key is None else key.format().encode() + b"\n",
    }
    return files | ({"proof.txt": finding.proof.encode("ascii")} if finding.proof else {})
