"""What Prometheus reads after real traffic: no secret, no agency, officer, case or address; labels of closed sets."""

import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

import gateway.settings
from connectors.settings import load_settings
from connectors.web.job_pages import JOB_NAMES as CONNECTOR_JOBS
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, GATEWAY_ID, OFFICER, PARTS
from gateway.alerts.facts import Severity
from gateway.operations.metrics import CONSOLE, RESOURCES, UNKNOWN
from gateway.web.job_pages import JOB_NAMES as GATEWAY_JOBS
from hosting.certificates import trusted_authorities
from hosting.metrics.meters import NO_PURPOSE, SECONDS_BUCKETS
from schemas.envelope import MessageType
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import load_purposes
from tests.attack.clear_values import Secrets, secrets_of
from tests.scene import Scene

CLOSED = {
    "message": {*MessageType, *RESOURCES, CONSOLE, UNKNOWN},
    "outcome": {"ok", "refused", "failed", *ProblemCode},
    "purpose": {NO_PURPOSE, *load_purposes()},
    "severity": set(Severity),
    "job": {*GATEWAY_JOBS, *CONNECTOR_JOBS},
    "le": {"+Inf", *(str(float(bound)) for bound in SECONDS_BUCKETS)},
}
_ADDRESS = re.compile(rb"https?://|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|:[0-9]{4,5}\b")


@pytest.fixture(scope="module")
def pages(scene: Scene) -> dict[str, bytes]:
    """The pages of the gateway and of a connector, after a question that was answered and one that was refused."""
    assert scene.ask("P04")
    assert scene.ask("P01")
    stage = scene.stage
    refused = f"{stage.gateway_url}/v1/exchange"
    with httpx.Client(verify=trusted_authorities()) as client:
        assert client.post(refused, json={"number": "990101201501010019"}).status_code == 401
        assert client.get(f"{stage.gateway_url}/v1/{OFFICER}").status_code == 404
        ports = {
            "gateway": gateway.settings.load_settings(stage.gateway_folder).metrics_port,
            "connector": load_settings(stage.desks[Agency.CIVIL_AFFAIRS].folder).metrics_port,
        }
        return {side: client.get(f"http://127.0.0.1:{port}/metrics").content for side, port in ports.items()}


@pytest.fixture(scope="module")
def secrets(scene: Scene) -> Secrets:
    secrets = secrets_of(scene)
    secrets.add("an officer or a case", {OFFICER, APPROVER, CASE})
    secrets.add("an agency", {GATEWAY_ID, *(part.agency for part in PARTS.values())})
    return secrets


@pytest.mark.parametrize("side", ["gateway", "connector"])
def test_the_page_holds_no_secret_and_no_address(pages: dict[str, bytes], secrets: Secrets, side: str) -> None:
    assert secrets.find(pages[side]) == set()
    assert _ADDRESS.search(pages[side]) is None
    assert "an officer or a case as utf-8" in secrets.find(pages[side] + CASE.encode())


@pytest.mark.parametrize("side", ["gateway", "connector"])
def test_every_label_comes_from_a_closed_set(pages: dict[str, bytes], side: str) -> None:
    samples = [sample for family in text_string_to_metric_families(pages[side].decode()) for sample in family.samples]
    strange = {
        (name, value) for sample in samples for name, value in sample.labels.items() if value not in CLOSED[name]
    }
    assert strange == set()
    assert {sample.name for sample in samples if not sample.name.startswith(("tongxin_", "python_"))} == set()


def test_requests_are_counted_by_type_outcome_and_purpose(pages: dict[str, bytes]) -> None:
    found = pages["gateway"].decode()
    assert 'tongxin_requests_total{message="match",outcome="ok",purpose="P04"}' in found
    assert re.search(r'tongxin_requests_total\{message="exchange",outcome="[a-z_]+",purpose="none"\}', found)
    assert re.search(r"tongxin_log_entries [1-9]", found)
    assert "tongxin_state_readable 1.0" in found
    assert 'tongxin_requests_total{message="evaluate",outcome="ok",purpose="P01"}' in pages["connector"].decode()
