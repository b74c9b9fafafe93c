"""Linking two whole files: right, through the real VOPRF, with no more hashes asked for than the cascade needs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench import linking
from bench.harness import Comparison, Figure
from bench.linking import Linked, link_by_hashes
from bench.scale import QUICK
from bench.wording import in_chinese
from quality.provinces import HeldRow, read_agency, write_province
from quality.results import Method, Outcome, Score
from quality.scoring import Point
from quality.trials import Trial
from schemas.linkage_keys import linkage_keys

TOY = replace(QUICK, linked_children=150)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[HeldRow], list[HeldRow]]:
    folder = write_province(tmp_path_factory.mktemp("province"), TOY.linked_children, linking.SEED)
    asking, asked = (read_agency(folder, agency, linking.SEED) for agency in (linking.ASKING, linking.ASKED))
    return asking, asked


@pytest.fixture(scope="module")
def linked(files: tuple[list[HeldRow], list[HeldRow]]) -> Linked:
    return link_by_hashes(*files)


def test_two_files_are_linked_rightly(linked: Linked) -> None:
    assert linked.f1 > 0.8


def test_settled_rows_are_asked_about_by_two_keys_alone(
    files: tuple[list[HeldRow], list[HeldRow]], linked: Linked
) -> None:
    asking, asked = ([len(linkage_keys(row.identity)) for row in side] for side in files)
    assert linked.index_hashes <= sum(asked)
    assert 2 * len(asking) * 0.8 < linked.asked_hashes < sum(asking) * 0.8


def outcomes(method: Method, trial: Trial) -> Outcome:
    if method == "anonlink":
        return Outcome(method=method, missing="not installed")
    score = Score.of(Point(links=9, right=8, true=10))
    return Outcome(method=method, chosen=score, best=score, seconds={"train": 2.0, "link": 1.0})


def test_every_result_has_its_chinese_and_a_missing_peer_is_named(
    monkeypatch: pytest.MonkeyPatch, linked: Linked
) -> None:
    def spent() -> Iterator[float]:
        yield from (0.0, 5.0, 5.0, 5.0)

    clock = spent()
    monkeypatch.setattr(linking, "run_method", outcomes)
    monkeypatch.setattr(linking, "link_by_hashes", lambda _left, _right: linked)
    monkeypatch.setattr(linking, "_seconds_of_children", lambda: next(clock))
    results = list(linking.run(TOY, lambda _: None))
    assert all(in_chinese(result.name) for result in results)
    (compared,) = (result for result in results if isinstance(result, Comparison))
    assert compared.theirs[0] == pytest.approx(linked.sample.units / 3.0)
    figures = {result.name.partition(": ")[2]: result for result in results if isinstance(result, Figure)}
    assert figures["Splink, processor time"].value == 5.0
    assert figures["anonlink, missing"].unit == "not installed"
