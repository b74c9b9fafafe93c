"""Fetching and comparing: what is cosigned by itself, and every way in which a log can be found out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from connectors.gateway_client import GatewayUnreachableError
from connectors.state.alerts import list_alerts
from connectors.state.witness_notes import list_evidence, list_newest, list_peer_notes
from connectors.witness.compare_notes import Comparison, compare_notes
from connectors.witness.pull import HEARTBEAT_SECONDS, pull
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.note import Cosigner, cosign, parse_note, verify_note
from tests.unit.connectors.witness.simulated_log import YEAR, SimulatedLog, leaves, signed
from tests.unit.connectors.witness.witness_office import NOW, PEER, Office, opened_office

AGREES, CONTRADICTS, SILENT = Comparison(1, 0, 0), Comparison(0, 1, 0), Comparison(0, 0, 1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path / "office", SimulatedLog()) as office:
        yield office


def codes(office: Office) -> list[str]:
    assert [code for _, code, _ in list_alerts(office.connector.state)] == [
        found.code for found in list_evidence(office.connector.state)
    ]
    return [found.code for found in list_evidence(office.connector.state)]


def sizes(office: Office) -> list[int]:
    return [note.size for note in list_newest(office.connector.state)]


def test_growth_is_cosigned_and_the_line_handed_in(office: Office) -> None:
    assert pull(office.witness, office.reader) == 1
    office.log.trees[YEAR] = leaves(9)
    assert pull(office.witness, office.reader) == 1
    assert sizes(office) == [9]
    handed_in = office.log.handed_in[-1]
    verified = verify_note(handed_in, [office.witness.cosigner().verifier_key])
    assert parse_checkpoint(verified.text).size == 9
    assert verified.signatures[0].signed_at == NOW


def test_the_same_checkpoint_is_cosigned_again_after_a_minute(office: Office) -> None:
    assert [pull(office.witness, office.reader) for _ in range(2)] == [1, 0]
    office.clock.now += timedelta(seconds=HEARTBEAT_SECONDS)
    assert pull(office.witness, office.reader) == 1


def test_at_the_turn_of_the_year_the_old_logs_last_checkpoint_is_cosigned_too(office: Office) -> None:
    pull(office.witness, office.reader)
    office.log.trees = {YEAR: leaves(7), YEAR + 1: leaves(2, "new year")}
    assert pull(office.witness, office.reader) == 2
    assert sizes(office) == [7, 2]


def test_an_empty_log_is_nothing_to_cosign(office: Office) -> None:
    office.log.answer = lambda _: httpx.Response(404, headers={"Content-Type": "application/problem+json"})
    assert pull(office.witness, office.reader) == 0


def test_a_log_that_shrank_is_found_out(office: Office) -> None:
    office.log.trees[YEAR] = leaves(9)
    pull(office.witness, office.reader)
    office.log.trees[YEAR] = leaves(4)
    assert pull(office.witness, office.reader) == 0
    assert (codes(office), sizes(office)) == (["log_rolled_back"], [9])


def test_a_log_with_another_past_is_found_out(office: Office) -> None:
    pull(office.witness, office.reader)
    office.log.trees[YEAR] = leaves(9, "another")
    assert pull(office.witness, office.reader) == 0
    assert (codes(office), sizes(office)) == (["log_not_consistent"], [3])
    (found,) = list_evidence(office.connector.state)
    assert found.proof


def test_another_root_for_a_size_is_found_out(office: Office) -> None:
    pull(office.witness, office.reader)
    office.log.trees[YEAR] = leaves(3, "another")
    assert pull(office.witness, office.reader) == 0
    assert codes(office) == ["split_view"]


def test_what_the_log_did_not_sign_is_no_checkpoint(office: Office) -> None:
    office.log.answer = lambda _: httpx.Response(200, content=signed(leaves(3), seed=b"\x09" * 32))
    with pytest.raises(NoteError):
        pull(office.witness, office.reader)
    assert codes(office) == []


@pytest.mark.parametrize("status", [302, 403, 429, 500, 503])
def test_something_in_between_proves_nothing(office: Office, status: int) -> None:
    pull(office.witness, office.reader)
    office.log.peer = cosign(signed(leaves(9)), office.peer, NOW)
    office.log.answer = lambda request: (
        httpx.Response(status, content=b"<html>") if request.url.host == "gateway.test" else None
    )
    with pytest.raises(GatewayUnreachableError):
        pull(office.witness, office.reader)
    with pytest.raises(GatewayUnreachableError):
        compare_notes(office.witness, office.trust(), office.reader)
    office.log.is_down = True
    with pytest.raises(GatewayUnreachableError):
        pull(office.witness, office.reader)
    assert codes(office) == []


@pytest.mark.parametrize("size", [1, 2, 3, 4, 9, 12])
def test_a_peer_with_the_same_history_agrees_at_any_size(office: Office, size: int) -> None:
    pull(office.witness, office.reader)
    office.log.trees[YEAR] = leaves(12)
    office.log.peer = cosign(signed(leaves(size)), office.peer, NOW)
    assert compare_notes(office.witness, office.trust(), office.reader) == AGREES
    (peer,) = list_peer_notes(office.connector.state)
    assert (peer.agency, peer.size, peer.channel) == (PEER, size, "direct")
    assert codes(office) == []


@pytest.mark.parametrize("size", [1, 3, 9])
def test_a_peer_that_was_shown_another_history_finds_the_log_out(office: Office, size: int) -> None:
    pull(office.witness, office.reader)
    office.log.trees[YEAR] = leaves(12)
    office.log.peer = cosign(signed(leaves(size, "another")), office.peer, NOW)
    assert compare_notes(office.witness, office.trust(), office.reader) == CONTRADICTS
    assert codes(office) == ["split_view"]
    (found,) = list_evidence(office.connector.state)
    assert len(parse_note(found.second_note).signatures) == 1


def test_a_history_that_the_log_can_not_link_is_found_out(office: Office) -> None:
    pull(office.witness, office.reader)
    office.log.peer = cosign(signed(leaves(9)), office.peer, NOW)  # the log shows 3 here, and has no proof up to 9
    assert compare_notes(office.witness, office.trust(), office.reader) == CONTRADICTS
    assert codes(office) == ["split_view"]


def test_each_history_with_its_own_proofs_is_found_out(office: Office) -> None:
    """The gateway proves to each of two agencies what it showed to it."""
    pull(office.witness, office.reader)
    office.log.trees[YEAR], office.log.proof_of[YEAR] = leaves(12), leaves(12, "another")
    office.log.peer = cosign(signed(leaves(9, "another")), office.peer, NOW)
    assert compare_notes(office.witness, office.trust(), office.reader) == CONTRADICTS


def test_a_peer_that_can_not_be_reached_is_seen_through_the_gateway(office: Office) -> None:
    pull(office.witness, office.reader)
    assert compare_notes(office.witness, office.trust(), office.reader) == SILENT
    office.log.cosigned_by = [office.peer]
    assert compare_notes(office.witness, office.trust(), office.reader) == AGREES
    assert list_peer_notes(office.connector.state)[0].channel == "gateway"


def test_a_note_is_a_peers_only_under_a_key_that_the_peer_states(office: Office) -> None:
    pull(office.witness, office.reader)
    stranger = Cosigner(office.peer.verifier_key.name, b"\x09" * 32)
    for note in (
        cosign(signed(leaves(3, "another")), stranger, NOW),
        signed(leaves(3, "another")),
        cosign(signed(leaves(3, "another"), seed=b"\x09" * 32), office.peer, NOW),
        cosign(signed(leaves(3, "another"), year=2025), office.peer, NOW),
        b"no note",
        b"",
    ):
        office.log.peer = note
        assert compare_notes(office.witness, office.trust(), office.reader) == SILENT
    assert list_evidence(office.connector.state) == []


def test_a_witness_key_that_the_gateway_states_for_a_peer_is_nobodys(office: Office) -> None:
    pull(office.witness, office.reader)
    made_up = Cosigner(office.peer.verifier_key.name, b"\x09" * 32)
    office.log.peer = cosign(signed(leaves(3)), made_up, NOW)
    forged = office.peer_statement(made_up, office.gateway_key)
    assert compare_notes(office.witness, office.trust(forged), office.reader) == SILENT


def test_nothing_seen_yet_is_nothing_to_compare(office: Office) -> None:
    office.log.peer = cosign(signed(leaves(9)), office.peer, NOW)
    assert compare_notes(office.witness, office.trust(), office.reader) == AGREES
    assert codes(office) == []
