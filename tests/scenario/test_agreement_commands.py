"""The commands of an agreement's life, as three sharing offices type them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.cli.main import main
from tests.agreement_world import ASKER, HOLDER, LEAD, agreement_world
from tests.scenario.gateway_simulator import PASSPHRASE, SIGNATORIES

SIGNED = ("--signatories", *SIGNATORIES)
RANGE = ("--region", "990101", "--days", "30")


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("offices")
    with agreement_world(folder):
        yield folder


def run(offices: Path, agency: str, command: str, *arguments: str) -> Result:
    """Run a command; its argument, the first, comes last: a digest may begin with a hyphen."""
    environment = {"TONGXIN_PASSPHRASE": PASSPHRASE, "COLUMNS": "220"}
    words = [*arguments[1:], "--", arguments[0]] if arguments and not arguments[0].startswith("--") else [*arguments]
    return CliRunner().invoke(main, ["--folder", str(offices / agency), "agreement", command, *words], env=environment)


def said(offices: Path, agency: str, *arguments: str) -> str:
    result = run(offices, agency, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def proposed(offices: Path, tmp_path: Path) -> str:
    file = tmp_path / "p04.json"
    said(offices, ASKER, "draft", "P04", "--provider", HOLDER, *RANGE, "--out", str(file))
    return said(offices, ASKER, "propose", str(file), *SIGNED).splitlines()[-1]


def test_from_the_draft_to_a_further_version(offices: Path, proposed: str, tmp_path: Path) -> None:
    assert "under review" in said(offices, HOLDER, "review", proposed)
    assert "under review" in said(offices, HOLDER, "extend", proposed)
    assert "lead body countersigns next" in said(offices, HOLDER, "sign", proposed, *SIGNED, "--yes")
    assert "in force" in said(offices, LEAD, "countersign", proposed, *SIGNED, "--yes")
    story = said(offices, ASKER, "show", proposed)
    for words in ("in force", "review extended", "countersigned", LEAD):
        assert words in story
    file = tmp_path / "p04-2.json"
    renewed = said(offices, ASKER, "renew", proposed, "--days", "60", "--releases-per-day", "7", "--out", str(file))
    assert "Releases a day" in renewed
    second = said(offices, ASKER, "propose", str(file), *SIGNED).splitlines()[-1]
    assert "Releases a day" in said(offices, HOLDER, "diff", second)
    assert run(offices, HOLDER, "diff", proposed).exit_code != 0
    said(offices, HOLDER, "sign", second, *SIGNED, "--yes")
    said(offices, LEAD, "countersign", second, *SIGNED, "--yes")
    states = {one["digest"]: one["state"] for one in json.loads(said(offices, ASKER, "list", "--json"))}
    assert (states[proposed], states[second]) == ("replaced", "active")


def test_a_refusal_a_dispute_and_what_the_lead_body_decides(offices: Path, proposed: str) -> None:
    assert "refused" in said(offices, HOLDER, "refuse", proposed, "--reason", "not_held", "--note", "请联系卫健")
    assert "disputed" in said(offices, ASKER, "dispute", proposed, "--note", "属于贵单位职责")
    assert "under review" in said(offices, LEAD, "settle", proposed, "--reopen")
    assert "请联系卫健" in said(offices, LEAD, "show", proposed)


def test_what_is_missing_is_told_at_once(offices: Path, proposed: str) -> None:
    reasons = ("--reason", "period_unclear", "--reason", "basis_missing")
    assert "incomplete" in said(offices, HOLDER, "return", proposed, *reasons)
    assert "the legal basis is not stated" in said(offices, ASKER, "show", proposed)


@pytest.mark.parametrize(
    ("agency", "arguments", "sentence"),
    [
        (HOLDER, ("sign", "--yes", "--signatories", "head-01", "head-01"), "second person"),
        (HOLDER, ("refuse", "--reason", "not_held", "--note", "13800138000"), "/note"),
        (HOLDER, ("refuse", "--reason", "basis_missing"), "basis_missing"),
        (ASKER, ("review",), "can't be taken"),
        (LEAD, ("countersign", "--yes", *SIGNED), "can't be taken"),
    ],
)
def test_what_is_refused_is_said_in_words(
    offices: Path, proposed: str, agency: str, arguments: tuple[str, ...], sentence: str
) -> None:
    result = run(offices, agency, arguments[0], proposed, *arguments[1:])
    assert result.exit_code != 0
    assert sentence in result.output
    assert "13800138000" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
