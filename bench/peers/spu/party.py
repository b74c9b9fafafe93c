"""One party of a private intersection by spu, in a process of its own, on loopback.

party.py PROTOCOL RANK PORT_0 PORT_1 INPUT.csv WORK_FOLDER REPORT.json

Rank 0 asks and learns the intersection, rank 1 holds the index. PROTOCOL is `ecdh_25519`, `ecdh_fourq`, `rr22`,
`ub_offline` (the index is evaluated and handed over, once) or `ub_online` (a question to an index that stands).
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

from spu import link, psi  # type: ignore[import-not-found]

RECEIVE_MILLISECONDS = 600_000
ASKING, HOLDING = 0, 1
SECRET_KEY_BYTES = 32


def main() -> None:
    """Take part in one intersection, and write what it took."""
    protocol, rank, *ports, source, work, report = sys.argv[1:]
    connection = connect(int(rank), ports)
    cpu_began, began = processor_seconds(), time.perf_counter()
    if protocol.startswith("ub_"):
        found = unbalanced(protocol, int(rank), source, Path(work), connection)
    else:
        found = balanced(protocol, source, Path(work) / f"found_{rank}.csv", connection)
    spent = {
        "cpu_seconds": processor_seconds() - cpu_began,
        "seconds": time.perf_counter() - began,
        "memory_mb": most_memory_mb(),
        "found": found,
    }
    Path(report).write_text(json.dumps(spent), encoding="ascii")
    connection.stop_link()


def connect(rank: int, ports: list[str]) -> link.Context:
    """Return the connection of both parties."""
    description = link.Desc()
    description.recv_timeout_ms = RECEIVE_MILLISECONDS
    for number, port in enumerate(ports):
        description.add_party(f"party_{number}", f"127.0.0.1:{port}")
    return link.create_brpc(description, rank)


def balanced(protocol: str, source: str, found: Path, connection: link.Context) -> int:
    """Run a protocol in which both sets go through the whole of it; returns the size of the intersection."""
    settings = {"receiver_rank": ASKING}
    if protocol == "rr22":
        settings["protocol"] = psi.PsiProtocol.PROTOCOL_RR22
    else:
        curve = {"ecdh_25519": "CURVE_25519", "ecdh_fourq": "CURVE_FOURQ"}[protocol]
        settings["protocol"] = psi.PsiProtocol.PROTOCOL_ECDH
        settings["ecdh_params"] = psi.EcdhParams(curve=getattr(psi.EllipticCurveType, curve))
    config = psi.PsiExecuteConfig(
        protocol_conf=psi.PsiProtocolConfig(**settings),
        input_params=psi.InputParams(path=source, selected_keys=["id"], keys_unique=True),
        output_params=psi.OutputParams(path=str(found), disable_alignment=True),
    )
    return int(psi.psi_execute(config, connection).intersection_count)


def unbalanced(protocol: str, rank: int, source: str, work: Path, connection: link.Context) -> int:
    """Run a step of the OPRF protocol for a small set against a large one that stands."""
    secret, is_online = work / "secret", protocol == "ub_online"
    if rank == HOLDING and not secret.exists():
        secret.write_bytes(os.urandom(SECRET_KEY_BYTES))
    config = psi.UbPsiExecuteConfig(
        mode=psi.UbPsiMode.MODE_ONLINE if is_online else psi.UbPsiMode.MODE_OFFLINE,
        role=psi.UbPsiRole.ROLE_CLIENT if rank == ASKING else psi.UbPsiRole.ROLE_SERVER,
        client_receive_result=True,
        cache_path=str(work / f"cache_{rank}"),
        input_params=psi.InputParams(path=source, selected_keys=["id"]),
        output_params=psi.OutputParams(path=str(work / f"ub_found_{rank}.csv"), disable_alignment=True),
        server_params=psi.UbPsiServerParams(secret_key_path=str(secret) if rank == HOLDING else ""),
    )
    return int(psi.ub_psi_execute(config, connection).intersection_count)


def most_memory_mb() -> float:
    """Return the most memory that this process has had resident; unlike `getrusage` without its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1_024


def processor_seconds() -> float:
    """Return what this process has used of all processors so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


main()
