"""Hand-written pages hold together: links lead somewhere, commands exist, mappings fit, promises have their tests."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from connectors.agencies import agency_of
from connectors.data_sets import DataSet, check_mapping
from connectors.sources.mapping import SourceMapping
from docs.generation.commands import PROGRAMS
from docs.generation.data_sets import KINDS
from schemas.agency_kinds import AgencyKind

ROOT = Path(__file__).parents[3]
WRITTEN = [page for page in (ROOT / "docs").rglob("*.md") if "introductions" not in page.parts]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *WRITTEN])
TRUST_MODEL = ROOT / "docs" / "explanation" / "trust-model.md"
LEDGERS = ROOT / "docs" / "how-to" / "check-a-ledger.md"
ATTACKS = {
    "test_no_common_identifier.py",
    "test_index_without_key.py",
    "test_wrong_evaluation_key.py",
    "test_revocation_destroys.py",
    "test_guessing_is_logged.py",
    "test_replay_and_tamper.py",
    "test_overgranting_gateway.py",
    "test_collusion_gateway_requester.py",
    "test_registry_key_swap.py",
    "test_nothing_in_clear.py",
    "test_history_rewriting.py",
}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fenced(text: str, *languages: str) -> list[str]:
    return [body for language, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
            if language in languages]  # fmt: skip


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT / "docs").as_posix() for page in WRITTEN if page.name != "README.md"]
    assert [page for page in pages if f"({page})" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_pages_exist(page: Path) -> None:
    for body in fenced(page.read_text(encoding="utf-8"), "sh", "console"):
        joined = re.sub(r"\\\n(?:> )?", " ", body)
        for call in re.findall(r"(?:tongxin-gateway|tongxin-connector|tongxin-demo) [^\n|)&]+", joined):
            require_command(shlex.split(call.replace("…", "")))


def require_command(words: list[str]) -> None:
    command: click.Command = PROGRAMS[words[0]]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    for word in words[1:]:
        inner = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        if inner is not None:
            command = inner
            known |= {name for parameter in command.params for name in parameter.opts}
        elif word.startswith("--"):
            assert word in known, f"{word} in {words}"
    assert not isinstance(command, click.Group), words


def test_mappings_in_the_how_to_fit_their_data_sets() -> None:
    mappings = [
        SourceMapping.model_validate(yaml.safe_load(body)) for body in fenced(LEDGERS.read_text("utf-8"), "yaml")
    ]
    assert {mapping.source.kind for mapping in mappings} == {"workbook", "csv", "parquet", "sql"}
    for mapping in mappings:
        columns = [name for names in mapping.columns.values() for name in names]
        check_mapping(mapping, find_data_set(mapping.data_set), columns)


def find_data_set(name: str) -> DataSet:
    return next(one for kind in KINDS for one in agency_of(kind.value).data_sets if one.name == name)


def test_every_agency_module_is_in_the_reference() -> None:
    modules = {kind for kind in AgencyKind if (ROOT / "connectors" / f"{kind.value}.py").exists()}
    assert modules == set(KINDS)


def test_every_promise_names_the_test_that_attacks_it() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", TRUST_MODEL.read_text(encoding="utf-8"))
    assert {f"tests/attack/{name}" for name in ATTACKS} <= set(named)
    assert [path for path in named if not (ROOT / path).exists()] == []
