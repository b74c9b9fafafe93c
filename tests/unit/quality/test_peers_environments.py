"""Peers are pinned with hashes and named as missing when they can't be had; none of them is installed here."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from quality.holdings import Holding
from quality.methods import FAILED, NOT_INSTALLED, count_bars, run_method
from quality.peers import environments
from quality.peers.environments import PEERS_FOLDER, STAMP, PeerFailedError, run_peer, set_up
from quality.results import Bar
from quality.scoring import truth_of
from quality.trials import Trial

PEERS = ("anonlink", "febrl", "splink")


@pytest.mark.parametrize("peer", PEERS)
def test_every_requirement_has_a_version_and_hashes_and_no_host(peer: str) -> None:
    text = (PEERS_FOLDER / peer / "requirements.txt").read_text(encoding="ascii")
    named = re.findall(r"^([a-z0-9-]+)(.*)$", text, re.MULTILINE)
    assert named
    assert all(re.fullmatch(r"==[0-9][0-9a-z.]* \\", rest) for _, rest in named)
    assert text.count("--hash=sha256:") >= len(named)
    assert "://" not in text


@pytest.fixture
def peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of peers of which nothing is installed; their environments lie beside it."""
    monkeypatch.setattr(environments, "PEERS_FOLDER", tmp_path / "peers")
    monkeypatch.setattr(environments, "ENVIRONMENTS_FOLDER", tmp_path / "var")
    return tmp_path / "peers"


def add_peer(peers: Path, name: str, program: str) -> None:
    """Write a peer that needs nothing and runs on this interpreter."""
    (peers / name).mkdir(parents=True)
    (peers / name / "requirements.txt").write_text("", encoding="ascii")
    (peers / name / "link.py").write_text(program, encoding="utf-8")
    environment = environments.ENVIRONMENTS_FOLDER / name
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (environment / STAMP).write_text(digest, encoding="ascii")


def test_an_environment_with_these_requirements_is_used_again(peers: Path) -> None:
    add_peer(peers, "made_up", "")
    assert set_up("made_up") == environments.ENVIRONMENTS_FOLDER.absolute() / "made_up" / "bin" / "python"


def test_a_program_gets_its_arguments_and_its_words_are_kept(peers: Path, tmp_path: Path) -> None:
    add_peer(peers, "made_up", "import sys; print(sys.argv[1:])")
    run_peer("made_up", "link.py", "a", tmp_path / "b", log=tmp_path / "log")
    assert (tmp_path / "log").read_text(encoding="utf-8") == f"['a', '{tmp_path / 'b'}']\n"


def test_a_program_that_fails_says_so(peers: Path, tmp_path: Path) -> None:
    add_peer(peers, "made_up", "raise SystemExit(3)")
    with pytest.raises(PeerFailedError, match="exit 3"):
        run_peer("made_up", "link.py", log=tmp_path / "log")


def a_trial(folder: Path) -> Trial:
    holding = Holding(folder, ["x", "y"], 0)
    return Trial("pairs", "p", "children", 1, holding, holding, truth_of(["x", "y"], ["y", "z"]), folder / "trial")


LINK = """
import json, pathlib, sys
_, data, left, right, links, report = sys.argv
pathlib.Path(links).write_text("left,right,weight,probability\\n0,1,-4.0,0.06\\n1,0,9.0,0.998\\n")
told = {"versions": {}, "seconds": {"link": 1.0}, "peak_memory_mb": 1.0}
pathlib.Path(report).write_text(json.dumps(told))
"""


def test_what_a_peer_writes_is_scored(peers: Path, tmp_path: Path) -> None:
    add_peer(peers, "splink", LINK)
    found = run_method("splink", a_trial(tmp_path))
    assert found.chosen is not None
    assert (found.chosen.links, found.chosen.right, found.chosen.true) == (1, 1, 1)
    assert found.precision == pytest.approx(0.998)
    assert found.recall == pytest.approx(0.998 / 1.058)


def test_a_peer_that_fails_is_named(peers: Path, tmp_path: Path) -> None:
    add_peer(peers, "splink", "raise SystemExit(1)")
    assert run_method("splink", a_trial(tmp_path)).missing == FAILED


def test_a_peer_that_is_not_there_is_named(peers: Path, tmp_path: Path) -> None:
    (peers / "splink").mkdir(parents=True)
    # Without a hash pip refuses before it looks for anything.
    (peers / "splink" / "requirements.txt").write_text("splink==5.0.0\n", encoding="ascii")
    assert run_method("splink", a_trial(tmp_path)).missing == NOT_INSTALLED


def test_bars_hold_every_pair_once() -> None:
    bars = count_bars(np.array([0.0, 0.5, 1.0]), np.array([False, True, True]), (0.0, 0.5, 1.0))
    assert bars == (Bar(label="0–0.5", right=0, wrong=1), Bar(label="0.5–1", right=2, wrong=0))
