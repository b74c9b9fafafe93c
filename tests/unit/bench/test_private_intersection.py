"""The race over rosters: ours finds what there is, and a peer that can't run is named; no peer is installed here."""

import json
import re
import sys
from pathlib import Path

import pytest

from bench import oprf, private_intersection
from bench.harness import Comparison, Figure
from bench.peers import race_openmined, race_spu
from bench.peers.turns import PeerTurn, WrongIntersectionError, read_identifiers, require_right, write_sets
from bench.scale import QUICK, Scale
from bench.standing_index import Spent, StandingIndex
from keys.crypto.evaluation_key import generate_key_pair
from quality.peers.environments import PeerMissingError

PEERS = Path(race_spu.PEERS_FOLDER)
TOY = Scale(
    **{name: getattr(QUICK, name) for name in Scale.__slots__}
    | {"rounds": 1, "standing_index": 60, "rosters": (4, 10), "setup_forms": ("gcs",), "oprf_inputs": 3}
)
FAKE = """
import json, pathlib, sys
*_, report = sys.argv
{body}
pathlib.Path(report).write_text(json.dumps({told}))
"""


def quiet(_: str) -> None:
    pass


@pytest.mark.parametrize("peer", ["openmined", "spu"])
def test_every_requirement_of_a_peer_has_a_version_and_hashes_and_no_host(peer: str) -> None:
    text = (PEERS / peer / "requirements.txt").read_text(encoding="ascii")
    named = re.findall(r"^([a-z0-9-]+)(.*)$", text, re.MULTILINE)
    assert named
    assert all(re.fullmatch(r"==[0-9][0-9a-z.]* \\", rest) for _, rest in named)
    assert text.count("--hash=sha256:") >= len(named)
    assert "://" not in text


def test_half_of_each_roster_stands_in_the_index(tmp_path: Path) -> None:
    sets = write_sets(tmp_path, 60, (4, 10))
    index = set(read_identifiers(sets.index))
    rosters = {size: read_identifiers(path) for size, path in sets.rosters.items()}
    assert len(index) == 60
    assert {size: len(index & set(roster)) for size, roster in rosters.items()} == {4: 2, 10: 5}
    assert all(re.fullmatch(r"99[0-9]{16}", one) for one in index)


def test_ours_finds_them_and_counts_every_partys_work(tmp_path: Path) -> None:
    sets = write_sets(tmp_path, 60, (10,))
    index = StandingIndex.build(sets, Spent())
    turn, spent = index.ask(10, sets.rosters[10])
    assert turn.found == 5
    assert set(spent.seconds) == {"pairs", "requester", "provider", "gateway"}
    assert turn.cpu_seconds == pytest.approx(sum(spent.seconds.values()))
    assert turn.memory_mb > 0


def test_a_wrong_answer_is_no_figure() -> None:
    with pytest.raises(WrongIntersectionError, match="a peer, roster of 10"):
        require_right(PeerTurn("a peer", 10, 1.0, 1.0, 1.0, 6))


def test_a_peer_that_can_not_be_installed_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(peer: str, _folder: Path) -> Path:
        raise PeerMissingError(f"{peer}: pip 1")

    for module in (race_openmined, race_spu):
        monkeypatch.setattr(module, "set_up", refuse)
    found = list(private_intersection.run(TOY, quiet))
    missing = {figure.name: figure.unit for figure in found if isinstance(figure, Figure) and "missing" in figure.name}
    assert missing == {"openmined-psi: missing": "openmined: pip 1", "spu: missing": "spu: pip 1"}
    assert not any(isinstance(result, Comparison) for result in found)
    assert "roster of 10: ours, standing index" in {result.name for result in found}


def fake_peers(folder: Path, monkeypatch: pytest.MonkeyPatch, **bodies: str) -> None:
    """Put programs that need nothing in the peers' places; each asks and holds alike."""
    spent = {"cpu_seconds": 2.0, "seconds": 1.0}
    party = spent | {"memory_mb": 3.0, "found": 0}
    told = f"dict({party!r} | dict(found=int(sys.argv[5].split('_')[-1][:-4]) // 2 if 'roster' in sys.argv[5] else -1))"
    questions = f"{{path: dict({spent!r}, found=int(path.split('_')[-1][:-4]) // 2) for path in sys.argv[4:]}}"
    report = f"dict(setup={spent!r}, memory_mb=1.0, questions={questions})"
    for peer, program, text in (
        ("spu", "party.py", FAKE.format(body=bodies.get("spu", ""), told=told)),
        ("openmined", "parties.py", FAKE.format(body="report = sys.argv[3]", told=report)),
    ):
        (folder / peer).mkdir()
        (folder / peer / program).write_text(text, encoding="ascii")
    for module in (race_openmined, race_spu):
        monkeypatch.setattr(module, "PEERS_FOLDER", folder)
        monkeypatch.setattr(module, "set_up", lambda _peer, _folder: Path(sys.executable))


def test_each_peer_is_compared_for_each_roster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_peers(tmp_path, monkeypatch)
    found = list(private_intersection.run(TOY, quiet))
    ours = {figure.name: figure.value for figure in found if isinstance(figure, Figure)}
    comparisons = [result for result in found if isinstance(result, Comparison)]
    peers = ["openmined-psi gcs, standing index", *race_spu.PROTOCOLS.values()]
    assert [result.peer for result in comparisons] == [peer for peer in peers for _ in TOY.rosters]
    assert "missing" not in json.dumps(list(ours))
    last = comparisons[-1]
    assert last.name == "roster of 10 against 60: spu unbalanced OPRF, standing index"
    assert last.cpu_ratios[0] > 0
    assert ours["roster of 10: spu RR22"] == 4_000
    assert ours["roster of 10: spu RR22: most memory"] == 6


def test_a_party_that_fails_ends_the_other_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_peers(tmp_path, monkeypatch, spu="import time\nif '/roster' in sys.argv[5]: sys.exit(3)\ntime.sleep(600)")
    found = list(private_intersection.run(TOY, quiet))
    (missing,) = [result for result in found if isinstance(result, Figure) and result.name == "spu: missing"]
    assert missing.unit == "spu: exit 3, spu_ub_offline_4.log"


def test_an_identifier_goes_the_whole_way_with_ours_and_with_the_peer() -> None:
    found = list(oprf.run(TOY, quiet))
    assert [type(result) for result in found] == [Comparison, *[Figure] * 4]
    assert all(result.value > 0 for result in found if isinstance(result, Figure))
    pair = generate_key_pair(bytes([7]).__mul__)
    evaluator = oprf.independent.Evaluator.from_seed(bytes(32), b"x")
    assert len(oprf.ask(pair, [b"a", b"b"])) == 2
    assert oprf.ask_peer(evaluator, [b"a"]) == [evaluator.evaluate_known_input(b"a")]
