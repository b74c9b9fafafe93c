"""The reference says what the code says, and leaves nothing out."""

import importlib
import pkgutil
import shlex
from collections.abc import Iterable

import click
import pytest

import schemas
from connectors.gateway_client import PATHS
from connectors.settings import ConnectorSettings
from docs.generate import PAGES, REFERENCE
from docs.generation.commands import PROGRAMS, all_commands, load_examples
from docs.generation.message_examples import EXAMPLES
from gateway.api.conversations import CONVERSATIONS
from gateway.log.event_names import EventType
from gateway.settings import GatewaySettings
from schemas.attribute_catalogue import load_attributes
from schemas.envelope import MessageType
from schemas.message import Message
from schemas.messages.registry import GatewayPin
from schemas.problem import ProblemCode
from schemas.purpose_catalogue import load_purposes

PUBLIC = {"GET /v1/registry", "GET /v1/log/checkpoint", "GET /v1/log/inclusion/{leaf}", "GET /healthz", "GET /readyz"}

NOT_ON_THE_WIRE = {"ProblemText"}


def committed(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def message_classes() -> set[type[Message]]:
    for module in pkgutil.walk_packages(schemas.__path__, "schemas."):
        importlib.import_module(module.name)
    found: set[type[Message]] = set()
    waiting: list[type[Message]] = [Message]
    while waiting:
        inner = waiting.pop().__subclasses__()
        found.update(inner)
        waiting.extend(inner)
    return {one for one in found if one.__module__.startswith(("schemas.", "gateway.api."))}


def missing_from(page: str, words: Iterable[str]) -> list[str]:
    text = committed(page)
    return [word for word in words if f"`{word}`" not in text]


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_as_the_code_says(name: str) -> None:
    assert PAGES[name]() == committed(name), "run `python -m docs.generate`"


def test_pages_are_the_same_at_every_run() -> None:
    assert {name: make() for name, make in PAGES.items()} == {name: make() for name, make in PAGES.items()}


def test_every_page_of_the_folder_is_generated_or_known() -> None:
    assert {path.name for path in REFERENCE.iterdir()} == {*PAGES, "glossary.md", "policy.md"}


def test_every_problem_code_is_documented() -> None:
    assert missing_from("problem-codes.md", (code.value for code in ProblemCode)) == []


def test_every_message_type_is_documented() -> None:
    assert missing_from("messages.md", (found.value for found in MessageType)) == []


def test_every_message_class_is_documented_with_an_example() -> None:
    text = committed("messages.md")
    names = {one.__name__ for one in message_classes()} - NOT_ON_THE_WIRE
    assert [name for name in sorted(names) if f"\n### {name}\n" not in text] == []
    assert names - set(EXAMPLES) == set()
    assert missing_from("problem-codes.md", NOT_ON_THE_WIRE) == []


def test_examples_are_accepted_by_their_own_model() -> None:
    for name, example in EXAMPLES.items():
        assert type(example).from_bytes(example.to_bytes(), 100_000) == example, name


def test_both_sides_know_the_documented_addresses() -> None:
    served = {one.message_type: one.path for group in CONVERSATIONS.values() for one in group}
    assert dict(PATHS) == served
    assert missing_from("messages.md", (f"POST {path}" for path in served.values())) == []
    assert [address for address in PUBLIC if address not in committed("messages.md")] == []


def test_every_setting_is_documented() -> None:
    names = [*ConnectorSettings.model_fields, *GatewaySettings.model_fields, *GatewayPin.model_fields]
    assert missing_from("settings.md", names) == []


def test_every_command_and_option_is_documented() -> None:
    text = committed("commands.md")
    for path, command in all_commands():
        assert f"`{path}`" in text
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert f"`{parameter.opts[0]}`" in text, f"{path} {parameter.opts[0]}"


def test_every_event_is_documented() -> None:
    assert missing_from("audit-events.md", (event.value for event in EventType)) == []


def test_every_attribute_and_purpose_is_documented() -> None:
    assert missing_from("attributes.md", load_attributes()) == []
    assert [purpose for purpose in load_purposes() if f"## {purpose}\n" not in committed("purposes.md")] == []


def test_every_command_has_an_example() -> None:
    runnable = {path for path, command in all_commands() if not isinstance(command, click.Group)}
    assert set(load_examples()) == runnable


def test_examples_of_commands_can_be_typed() -> None:
    for path, lines in load_examples().items():
        for line in lines:
            words = shlex.split(line)
            options = known_options(path)
            assert [word for word in words if word.startswith("--") and word not in options] == [], line
            assert [word for word in words[1:] if word in path.split()][: path.count(" ")] == path.split()[1:], line


def known_options(path: str) -> set[str]:
    program, *rest = path.split()
    command = PROGRAMS[program]
    found = {name for parameter in command.params for name in parameter.opts}
    for word in rest:
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None, path
        command = inner
        found |= {name for parameter in command.params for name in parameter.opts}
    return found
