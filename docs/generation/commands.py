"""The page of commands, from click itself, with an example of each."""

from collections.abc import Iterator
from pathlib import Path

import click

import connectors.cli
import demo.cli
import gateway.cli
from docs.generation.markdown import block, both, code, introduction, page, table
from schemas.own_yaml import parse_own_yaml

PROGRAMS: dict[str, click.Command] = {
    "tongxin-gateway": gateway.cli.main,
    "tongxin-connector": connectors.cli.main,
    "tongxin-demo": demo.cli.main,
}
EXAMPLES_FILE = Path(__file__).with_name("command_examples.yaml")


def commands_page() -> str:
    """Return the page."""
    examples = load_examples()
    sections = [_section(path, command, examples) for path, command in all_commands()]
    return page("命令 / Commands", introduction("commands"), *sections)


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every program and command with what is typed to call it."""
    for name, program in PROGRAMS.items():
        yield from _walk(name, program)


def load_examples() -> dict[str, list[str]]:
    """Return the examples by what is typed to call the command."""
    written = parse_own_yaml(EXAMPLES_FILE.read_text(encoding="utf-8"))
    return {path: [lines] if isinstance(lines, str) else lines for path, lines in written.items()}


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in _commands_of(command):
            yield from _walk(f"{path} {name}", inner)


def _commands_of(group: click.Group) -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    names = dict.fromkeys([*group.commands, *group.list_commands(context)])  # as declared, then what is loaded late
    found = ((name, group.get_command(context, name)) for name in names)
    return [(name, command) for name, command in found if command is not None]


def _section(path: str, command: click.Command, examples: dict[str, list[str]]) -> str:
    depth = "##" if " " not in path else "###"
    title = f"{depth} `{path}`"
    help_text = "\n\n".join(part.strip() for part in (command.help or "").split("\n\n"))
    example = block("console", "\n".join(f"$ {line}" for line in examples.get(path, [])))
    if isinstance(command, click.Group):
        inner = table(
            ("命令 command", "含义 meaning"),
            [(f"`{path} {name}`", _in_short(found)) for name, found in _commands_of(command)],
        )
        return "\n\n".join(part for part in (title, help_text, _options(command), inner) if part)
    return "\n\n".join(part for part in (title, help_text, example, _options(command)) if part)


def _in_short(command: click.Command) -> str:
    return " / ".join(part.strip() for part in (command.help or "").strip().split("\n\n"))


def _options(command: click.Command) -> str:
    rows = [_row(parameter) for parameter in command.params if not _is_common(command, parameter)]
    return table(("参数 option", "含义 meaning", "形式 form", "默认 default"), rows) if rows else ""


def _is_common(command: click.Command, parameter: click.Parameter) -> bool:
    """The folder options stand in the introduction and with the program itself."""
    return parameter.name in {"folder", "passphrase_file"} and not isinstance(command, click.Group)


def _row(parameter: click.Parameter) -> tuple[str, ...]:
    if isinstance(parameter, click.Argument):
        return (
            code(parameter.make_metavar(click.Context(click.Command("x")))),
            "",
            _form(parameter),
            _default(parameter),
        )
    written = ", ".join(code(name) for name in parameter.opts)
    help_text = parameter.help if isinstance(parameter, click.Option) and parameter.help else ""
    zh, _, en = help_text.partition("/")
    meaning = both(zh.strip(), en.strip()) if en and " " not in zh.strip()[-1:] else help_text
    return written, meaning, _form(parameter), _default(parameter)


def _form(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return "开关 / flag"
    kind = parameter.type
    if isinstance(kind, click.Choice):
        return ", ".join(code(str(choice)) for choice in kind.choices)
    if isinstance(kind, click.IntRange):
        return f"{kind.min}-{kind.max}"
    return _FORMS[kind.name]


_FORMS = {
    "file": "文件 / file",
    "filename": "文件 / file",
    "directory": "文件夹 / folder",
    "path": "路径 / path",
    "integer": "整数 / integer",
    "text": "文字 / text",
    "datetime": "日期 / date",
}


def _default(parameter: click.Parameter) -> str:
    if parameter.required:
        return "必填 / required"
    default = parameter.to_info_dict().get("default")
    return code(str(default)) if isinstance(default, str | int) and not isinstance(default, bool) else "—"
