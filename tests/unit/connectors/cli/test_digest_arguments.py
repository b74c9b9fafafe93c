"""A digest may begin with a hyphen: the commands that take one read it as what it is."""

import click
import pytest
from click.testing import CliRunner

from connectors.cli.formats import DIGEST, DigestCommand


@click.command(cls=DigestCommand)
@click.argument("digest", type=DIGEST)
@click.argument("word", required=False)
@click.option("--other", type=DIGEST)
@click.option("--yes", is_flag=True)
def told(digest: str, word: str | None, other: str | None, yes: bool) -> None:
    click.echo(f"{digest} {word} {other} {yes}")


HYPHENED = "-h" + 40 * "a" + "A"
PLAIN = "b" * 42 + "A"


@pytest.mark.parametrize(
    "arguments",
    [
        [HYPHENED, "word", "--yes", "--other", PLAIN],
        ["--yes", HYPHENED, "--other", PLAIN, "word"],
        ["--other", PLAIN, "--yes", "--", HYPHENED, "word"],
    ],
)
def test_a_digest_with_a_hyphen_before_it_is_no_option(arguments: list[str]) -> None:
    assert CliRunner().invoke(told, arguments).output.strip() == f"{HYPHENED} word {PLAIN} True"


def test_an_option_takes_one_too() -> None:
    assert CliRunner().invoke(told, [PLAIN, "--other", HYPHENED]).output.strip() == f"{PLAIN} None {HYPHENED} False"


@pytest.mark.parametrize("wrong", ["--yess", "-h" + 39 * "a", "b" * 42])
def test_what_is_no_digest_is_refused_and_not_repeated(wrong: str) -> None:
    found = CliRunner().invoke(told, [wrong])
    assert found.exit_code == 2
    assert "b" * 42 not in found.output
