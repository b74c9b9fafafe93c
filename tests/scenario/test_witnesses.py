"""A gateway and two connectors over HTTP: the log is witnessed across restarts, and an old copy of it is refused."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.serving import make_server

from connectors.api.witness_api import witness_blueprint
from connectors.cli.main import main as connector_command
from connectors.context import Connector, open_connector, utc_now
from connectors.enrolment import create_connector_folder, enrolment_of, join_gateway
from connectors.gateway_client import GatewayClient
from connectors.settings import ConnectorSettings
from connectors.state.witness_notes import list_evidence, list_newest
from connectors.trust import TrustStore
from connectors.witness.compare_notes import Comparison, compare_notes
from connectors.witness.log_reader import LogReader
from connectors.witness.own_key import state_witness_key
from connectors.witness.pull import pull
from connectors.witness.witness import Witness
from demo.scenario.servers import free_port
from gateway.api.app import create_app
from gateway.bootstrap import open_gateway
from gateway.cli.main import main as gateway_command
from gateway.persistence.engine import read_transaction
from gateway.persistence.witness_queries import find_witnessed
from gateway.services.ask_witnesses import ask_witnesses
from gateway.services.context import Gateway
from gateway.services.enrol_member import enrol_member, gateway_pin, read_enrolment
from gateway.services.found_gateway import Founding, begin_log, create_gateway_folder
from gateway.services.sign_log import sign_log
from keys.crypto.log_shards import shard_verifier_key
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import satisfied
from keys.crypto.witness_policy_format import parse_policy
from keys.custody.key_ring import KeyKind
from keys.protocol.witness_keys import witness_keys_of
from tests.audit_log import log_events, query_event
from tests.scenario.gateway_simulator import CHEAP, PASSPHRASE
from tests.scenario.witness_simulator import adopt, witness_now

AGENCIES = ("civil_affairs.990101", "education.990101")
SOON = 5


@contextmanager
def _serving(app: Flask, port: int) -> Iterator[None]:
    """Serve on a port that stays the same across restarts."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Desk:
    """An agency's connector, as one of its processes sees it."""

    connector: Connector
    log: LogReader

    @property
    def witness(self) -> Witness:
        return Witness(self.connector)

    @property
    def size(self) -> int:
        return max(note.size for note in list_newest(self.connector.state))

    def trust(self) -> TrustStore:
        trust = TrustStore(self.connector.state, self.connector.gateway)
        GatewayClient(self.connector, trust).refresh_registry()
        return trust

    def compare(self) -> Comparison:
        return compare_notes(self.witness, self.trust(), self.log)


@dataclass
class Network:
    """Folders and ports that outlive the processes."""

    folder: Path
    gateway_port: int = field(default_factory=free_port)
    ports: dict[str, int] = field(default_factory=lambda: {agency: free_port() for agency in AGENCIES})

    @property
    def gateway_folder(self) -> Path:
        return self.folder / "gateway"

    @contextmanager
    def gateway(self) -> Iterator[Gateway]:
        """Start the gateway, as a new process does."""
        with open_gateway(self.gateway_folder, PASSPHRASE) as gateway:
            ask_witnesses(gateway)
            with _serving(create_app(gateway), self.gateway_port):
                yield gateway

    @contextmanager
    def desk(self, agency: str, *, is_serving: bool = True) -> Iterator[Desk]:
        """Start a connector, as a new process does; without `is_serving` nobody reaches it."""
        connector = open_connector(self.folder / agency, PASSPHRASE)
        log = LogReader(connector)
        app = Flask(agency, static_folder=None)
        app.register_blueprint(witness_blueprint(Witness(connector)))
        with ExitStack() as stack:
            stack.callback(connector.state.dispose)
            stack.callback(log.close)
            if is_serving:
                stack.enter_context(_serving(app, self.ports[agency]))
            yield Desk(connector, log)

    @contextmanager
    def desks(self, *, are_serving: bool = True) -> Iterator[list[Desk]]:
        with ExitStack() as stack:
            yield [stack.enter_context(self.desk(agency, is_serving=are_serving)) for agency in AGENCIES]

    def found(self) -> None:
        url = f"http://127.0.0.1:{self.gateway_port}"
        founding = Founding("gateway.990100", "测试网关", "Test gateway", url)
        create_gateway_folder(self.gateway_folder, founding, PASSPHRASE, CHEAP, utc_now(), os.urandom)
        with open_gateway(self.gateway_folder, PASSPHRASE) as gateway:
            begin_log(gateway)
            for agency, port in self.ports.items():
                self._enrol(gateway, agency, f"http://127.0.0.1:{port}")

    def _enrol(self, gateway: Gateway, agency: str, endpoint: str) -> None:
        folder = self.folder / agency
        settings = ConnectorSettings(
            agency=agency,
            agency_type=agency.partition(".")[0],
            name_zh="测试单位",
            name_en="Test agency",
            region="990101",
            endpoint=endpoint,
            allow_test_regions=True,
        )
        create_connector_folder(folder, settings, PASSPHRASE, CHEAP, utc_now(), os.urandom)
        connector = open_connector(folder, PASSPHRASE)
        enrol_member(gateway, read_enrolment(enrolment_of(connector)))
        connector.state.dispose()
        join_gateway(folder, gateway_pin(gateway))


@pytest.fixture
def network(tmp_path: Path) -> Network:
    network = Network(tmp_path)
    network.found()
    return network


def _grow(gateway: Gateway) -> int:
    """Have the log grow, and sign and push as the jobs do; return the size that a quorum has cosigned."""
    gateway.journal.write(log_events(query_event()))
    witness_now(gateway, SOON)
    with read_transaction(gateway.engine) as connection:
        tree = find_witnessed(connection)
    return 0 if tree is None else tree.size


def test_the_log_is_witnessed_across_restarts_of_everybody(network: Network) -> None:
    with network.gateway() as gateway, network.desks() as desks:
        adopt(gateway, network.gateway_folder)
        sizes = [_grow(gateway)]
        assert [desk.size for desk in desks] == sizes * 2
        assert [desk.compare() for desk in desks] == [Comparison(1, 0, 0)] * 2
    with network.gateway() as gateway, network.desks() as desks:
        sizes += [_grow(gateway), _grow(gateway)]
        assert [desk.size for desk in desks] == sizes[-1:] * 2
        assert [desk.compare() for desk in desks] == [Comparison(1, 0, 0)] * 2
        assert [list_evidence(desk.connector.state) for desk in desks] == [[], []]
        _check_witnessed(gateway, network)
    assert sizes == sorted(set(sizes))


def test_connectors_that_nobody_reaches_witness_by_calling_out(network: Network) -> None:
    with network.gateway() as gateway, network.desks(are_serving=False) as desks:
        adopt(gateway, network.gateway_folder, 2)
        assert _grow(gateway) == 0
        assert [pull(desk.witness, desk.log) for desk in desks] == [1, 1]
        _check_witnessed(gateway, network)
        assert [desk.compare() for desk in desks] == [Comparison(1, 0, 0)] * 2


def test_an_old_copy_of_everything_is_refused_because_the_witnesses_saw_more(network: Network) -> None:
    with network.gateway() as gateway, network.desks():
        adopt(gateway, network.gateway_folder)
        _grow(gateway)
    old = network.folder / "old"
    shutil.copytree(network.gateway_folder, old)
    with network.gateway() as gateway, network.desks():
        _grow(gateway)
    shutil.rmtree(network.gateway_folder)
    shutil.copytree(old, network.gateway_folder)
    command = ["--folder", str(network.gateway_folder), "serve", "--port", str(network.gateway_port)]
    with network.desks():
        said = CliRunner().invoke(gateway_command, command, env={"TONGXIN_PASSPHRASE": PASSPHRASE})
    assert said.exit_code == 1
    assert "见证单位" in said.output
    assert "restore the newest database" in said.output
    with network.gateway():  # nobody answers: that alone does not stop it
        pass


def test_a_log_that_goes_on_from_an_old_copy_is_found_out_by_who_calls_out(network: Network) -> None:
    with network.gateway() as gateway, network.desks(are_serving=False) as desks:
        sign_log(gateway)
        shutil.copytree(network.gateway_folder, network.folder / "old")
        gateway.journal.write(log_events(query_event()))
        sign_log(gateway)
        assert pull(desks[0].witness, desks[0].log) == 1
    shutil.rmtree(network.gateway_folder)
    shutil.copytree(network.folder / "old", network.gateway_folder)
    with network.gateway() as gateway, network.desks(are_serving=False) as desks:
        assert pull(desks[0].witness, desks[0].log) == 0
        gateway.journal.write(log_events(query_event()))
        sign_log(gateway)
        assert pull(desks[0].witness, desks[0].log) == 0
        codes = [found.code for found in list_evidence(desks[0].connector.state)]
    assert sorted(codes) == ["log_rolled_back", "split_view"]
    out = network.folder / "evidence.zip"
    command = ["--folder", str(network.folder / AGENCIES[0]), "witness", "evidence", "--out", str(out)]
    assert CliRunner().invoke(connector_command, command, env={"TONGXIN_PASSPHRASE": PASSPHRASE}).exit_code == 0
    assert out.stat().st_size > 0


def test_a_ring_without_a_witness_key_gets_one_that_the_registry_carries(network: Network) -> None:
    with network.gateway() as gateway, network.desk(AGENCIES[0]) as desk:
        connector, trust = desk.connector, desk.trust()
        client = GatewayClient(connector, trust)
        assert not state_witness_key(connector, trust, client)
        before = connector.keys.ring.current(KeyKind.WITNESS, connector.now())
        connector.keys.update(lambda ring: ring.deactivate(before.key_id, connector.now(), timedelta(0)))
        assert state_witness_key(connector, trust, client)
        assert not state_witness_key(connector, trust, client)
        members = gateway.members.current()
        stated = witness_keys_of(members.keys_of(AGENCIES[0]), gateway.now())
        assert desk.witness.cosigner().verifier_key in stated


def test_the_commands_show_where_the_witnesses_stand(network: Network) -> None:
    def run(command: click.Command, folder: Path, *arguments: str) -> str:
        given = ["--folder", str(folder), "witness", *arguments]
        said = CliRunner().invoke(command, given, env={"TONGXIN_PASSPHRASE": PASSPHRASE, "COLUMNS": "200"})
        assert said.exit_code == 0, said.output
        return said.output

    with network.gateway() as gateway, network.desks(are_serving=False) as desks:
        assert "尚无见证规则" in run(gateway_command, network.gateway_folder, "list")
        assert "quorum agencies" in run(gateway_command, network.gateway_folder, "policy", "--quorum", "2")
        assert "没有变化" in run(gateway_command, network.gateway_folder, "adopt")
        sign_log(gateway)
        for agency in AGENCIES:
            assert "矛盾 0" in run(connector_command, network.folder / agency, "run")
        listed = json.loads(run(gateway_command, network.gateway_folder, "list", "--json"))
        assert [(one["agency"], one["counted"], one["late"]) for one in listed["witnesses"]] == [
            (agency, True, False) for agency in AGENCIES
        ]
        assert "正常 / in time" in run(gateway_command, network.gateway_folder, "list")
        shown = json.loads(run(connector_command, network.folder / AGENCIES[0], "show", "--json"))
        assert shown["key"] == desks[0].witness.cosigner().verifier_key.format()
        assert [one["size"] for one in shown["cosigned"]] == [desks[0].size]
        assert AGENCIES[0] in run(connector_command, network.folder / AGENCIES[0], "show")
        nothing = run(connector_command, network.folder / AGENCIES[0], "evidence", "--out", str(network.folder / "x"))
        assert "没有发现矛盾" in nothing


def _check_witnessed(gateway: Gateway, network: Network) -> None:
    """Verify as anybody would who knows the pinned log key and the policy."""
    year, url = datetime.now(UTC).year, f"http://127.0.0.1:{network.gateway_port}/v1/witness"
    policy = parse_policy(httpx.get(f"{url}/policies/{year}").content)
    pinned = VerifierKey.parse(gateway_pin(gateway).log_verifier_key)
    assert policy.logs == (shard_verifier_key(pinned, year),)
    note = httpx.get(f"{url}/checkpoints/{year}/witnessed").content
    found = satisfied(policy, note, datetime.now(UTC))
    assert found.is_satisfied
    assert set(found.witnesses) == set(AGENCIES)
