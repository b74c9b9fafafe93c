"""The files for running the programs: units and containers are confined, hold no secret, ask for figures there are."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from hosting.http_server import GRACE_SECONDS
from hosting.metrics.meters import Meters

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
CONFINED = {
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "LimitCORE": "0",
}
_METRIC = re.compile(r"tongxin_[a-z_]+")


def _unit(path: Path) -> dict[str, str]:
    lines = (line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {key: value for key, _, value in (line.partition("=") for line in lines)}


def _compose() -> dict[str, Any]:
    composed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return composed


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_confined_and_has_a_user_of_its_own(path: Path) -> None:
    unit = _unit(path)
    assert {key: unit[key] for key in CONFINED} == CONFINED
    assert unit["User"].startswith("tongxin-")
    assert "LoadCredentialEncrypted" in unit
    assert "TONGXIN_PASSPHRASE=" not in path.read_text()
    assert int(unit["TimeoutStopSec"]) > GRACE_SECONDS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_itself_finds_nothing_wrong(path: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here: the unit was not verified by systemd")
    unit = tmp_path / path.name
    unit.write_text(path.read_text().replace("/opt/tongxin/bin/", "/usr/bin/env "))
    done = subprocess.run([analyze, "verify", "--man=no", unit], check=False, capture_output=True, text=True)
    about = [line for line in done.stderr.splitlines() if path.name in line]
    assert about == []


def test_the_image_runs_as_nobody_special_and_installs_by_hashes() -> None:
    lines = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    assert {step[0] for step in steps} <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "STOPSIGNAL"}
    last_stage = steps[max(place for place, step in enumerate(steps) if step[0] == "FROM") :]
    assert ["USER", "10001:10001"] in last_stage
    assert not [step for step in steps if step[0] == "FROM" and ":" not in step[1].split()[0]]
    assert any("--require-hashes --requirement requirements/run.txt" in step[1] for step in steps)
    assert not [step for step in steps if step[0] == "ENV" and "TONGXIN_PASSPHRASE=" in step[1]]


def test_containers_are_read_only_unprivileged_healthy_and_hold_no_secret() -> None:
    composed = _compose()
    for name, service in composed["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert "environment" not in service, name
    assert {secret["file"] for secret in composed["secrets"].values()} == {"./secrets/gateway", "./secrets/connector"}
    assert not (DEPLOY / "secrets").exists()


def test_the_dashboard_and_the_alerts_ask_for_figures_that_there_are() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "tongxin.json").read_text())
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"][0]["rules"]
    asked = {target["expr"] for panel in dashboard["panels"] for target in panel["targets"]}
    asked |= {rule["expr"] for rule in rules}
    named = {name for expression in asked for name in _METRIC.findall(expression)}
    registry = CollectorRegistry()
    Meters(registry)
    counted = {
        sample
        for family in registry.collect()
        for sample in (f"{family.name}_total", f"{family.name}_bucket", family.name)
    }
    sources = "".join(
        (ROOT / path).read_text()
        for path in (
            "gateway/operations/figures.py",
            "connectors/operations/figures.py",
            "hosting/metrics/job_figures.py",
        )
    )
    unknown = {name for name in named - counted if name.removeprefix("tongxin_") not in sources}
    assert unknown == set()
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_prometheus_reads_what_it_is_shown() -> None:
    configured = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text())
    targets = [
        target
        for job in configured["scrape_configs"]
        for config in job["static_configs"]
        for target in config["targets"]
    ]
    assert all(target.startswith("127.0.0.1:") for target in targets)
    assert configured["rule_files"] == ["alerts.yaml"]


def test_a_wheelhouse_is_made_from_the_lock_with_hashes() -> None:
    done = subprocess.run(["make", "-n", "wheelhouse"], cwd=ROOT, check=True, capture_output=True, text=True)
    commands = done.stdout.replace("\\\n", " ")
    (download,) = [line for line in commands.splitlines() if "pip download" in line]
    for option in ("--require-hashes", "--only-binary :all:", "--requirement requirements/run.txt"):
        assert option in download
    assert "sha256sum" in commands
    install = (DEPLOY / "INSTALL.txt").read_text()
    assert "--no-index --find-links . --require-hashes --requirement run.txt" in install
