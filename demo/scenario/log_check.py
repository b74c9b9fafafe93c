"""Exports the gateway's log, verifies it offline with the product's command, then changes one byte and looks again."""

import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from demo.scenario.report import Report
from demo.scenario.servers import run_command
from demo.scenario.stage import PIN_FILE
from gateway.services.witness_policy import POLICY_FILE
from schemas.messages.registry import MAX_ENROLMENT_BYTES, GatewayPin

_LENGTH_BYTES = 2
_REFUSAL = b'"decision":"deny"'


def check_log(gateway_folder: Path, folder: Path, expected_reasons: set[str], report: Report) -> None:
    """Export, verify, look for every refusal, then tamper and verify again."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = folder / "log.zip"
    run_command("tongxin-gateway", "--folder", str(gateway_folder), "log", "export", "--out", str(bundle))
    pin = GatewayPin.from_bytes((gateway_folder / PIN_FILE).read_bytes().strip(), MAX_ENROLMENT_BYTES)
    policy = gateway_folder / POLICY_FILE
    verify = ("log", "verify", "--key", pin.log_verifier_key, "--policy", str(policy))
    report.console.print(run_command("tongxin-gateway", *verify, str(bundle)).strip(), highlight=False)
    reasons = {str(entry["reason"]) for entry in read_entries(bundle) if "reason" in entry}
    report.expect("日志离线校验通过", "the log verifies offline", is_met=True)
    missing = expected_reasons - reasons
    report.expect("每次拒绝都在日志中", f"every refusal is in the log {missing or ''}", is_met=not missing)
    tampered = folder / "log-tampered.zip"
    place = tamper(bundle, tampered)
    report.console.print(f"改动 {place} 的一个字节后 / after changing one byte of {place}:")
    try:
        run_command("tongxin-gateway", *verify, str(tampered))
    except subprocess.CalledProcessError as error:
        report.console.print(str(error.stderr).strip(), highlight=False)
        is_placed = "tile/entries" in str(error.stderr)
        report.expect("改动被发现并指明位置", "the change is found and its place named", is_met=is_placed)
    else:
        report.expect("改动被发现", "the change is found", is_met=False)


def read_entries(bundle: Path) -> Iterator[dict[str, object]]:
    """Yield the entries of a bundle (u16 length || JSON), in the order of the log."""
    with zipfile.ZipFile(bundle) as archive:
        for name in archive.namelist():
            if name.startswith("tile/entries/"):
                yield from _split(archive.read(name))


def tamper(bundle: Path, target: Path) -> str:
    """Copy the bundle with one letter of one entry's text changed; returns the file inside it that was changed."""
    data = bytearray(bundle.read_bytes())
    with zipfile.ZipFile(bundle) as archive:
        entries = ((name, archive.read(name)) for name in archive.namelist() if name.startswith("tile/entries/"))
        name, content = next((name, content) for name, content in entries if _REFUSAL in content)
    place = data.index(content) + content.index(_REFUSAL) + len('"decision":"')
    data[place : place + 1] = b"D"
    target.write_bytes(data)
    return name


def _split(content: bytes) -> Iterator[dict[str, object]]:
    start = 0
    while start < len(content):
        end = start + _LENGTH_BYTES + int.from_bytes(content[start : start + _LENGTH_BYTES], "big")
        yield json.loads(content[start + _LENGTH_BYTES : end])
        start = end
