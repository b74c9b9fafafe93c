"""Runs the auditor's tutorial as it stands: its commands in one shell, its page steps in a real browser.

Rules of the page: in a `console` block `$ ` begins a command, the rest is what it prints, where `…` stands for
anything and `«name»` for a text that is kept for later; a command that ends in `&` runs until the page ends. In a
`page` block each line is a step: 打开, 填写, 选择, 点击, 展开, 下载, 看到.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
from playwright.sync_api import Browser, Page, expect

from tests.browser.console import new_context

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial" / "who-looked.md"
SERVING = "Ctrl-C"
START_SECONDS = 600
ONE_LINE = r"[^\n]*[^\s]"
FORMS = {"row": "[0-9]+", "port": "[0-9]+", "handles": r"[\w\-\s]+"}
PLACEHOLDER = re.compile(r"«([a-z]+)»")


@dataclass
class Reader:
    """Somebody who follows the page: their folder, environment, browser page, and what they noted."""

    folder: Path
    page: Page
    noted: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    servers: list[subprocess.Popen[str]] = field(default_factory=list)

    def filled(self, text: str) -> str:
        if "«code»" in text:
            self.noted["code"] = pyotp.TOTP(self.noted["secret"].replace(" ", "")).now()
        return PLACEHOLDER.sub(lambda found: self.noted[found[1]], text)

    def note(self, expected: str, printed: str) -> None:
        """Compare what was printed with what the page says, and note what it names."""
        pattern = ""
        for part in re.split(r"(…|«[a-z]+»|\s+)", expected.strip()):
            named = PLACEHOLDER.fullmatch(part)
            known = named is not None and (named[1] in self.noted or f"(?P<{named[1]}>" in pattern)
            if part == "…":
                pattern += ".*"
            elif named is not None and not known:
                pattern += f"(?P<{named[1]}>{FORMS.get(named[1], ONE_LINE)})"
            else:
                pattern += r"\s+" if part.isspace() else re.escape(self.filled(part))
        found = re.fullmatch(pattern, printed.strip(), re.DOTALL)
        assert found is not None, f"the page says:\n{expected}\nbut this was printed:\n{printed}"
        self.noted |= {name: text.strip() for name, text in found.groupdict().items()}


def _blocks(page: str) -> list[tuple[str, list[str]]]:
    found = re.findall(r"^```(console|page)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [(kind, text.splitlines()) for kind, text in found]


def _commands(lines: list[str]) -> list[tuple[str, str]]:
    commands: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("$ "):
            commands.append((line[2:], ""))
        else:
            commands[-1] = (commands[-1][0], f"{commands[-1][1]}{line}\n")
    return commands


def _run(reader: Reader, command: str, expected: str) -> None:
    command = reader.filled(command)
    if command.startswith("export "):
        name, value = shlex.split(command)[1].split("=", 1)
        reader.environment[name] = value
    elif command.endswith(" &"):
        reader.note(expected, _serve(reader, command[:-2]))
    else:
        done = subprocess.run(
            ["bash", "-c", command],
            check=False,
            cwd=reader.folder,
            env=reader.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        reader.note(expected, done.stdout)


def _serve(reader: Reader, command: str) -> str:
    output = reader.folder / "server.log"
    with output.open("w") as stream:
        process = subprocess.Popen(
            shlex.split(command),
            cwd=reader.folder,
            env=reader.environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    reader.servers.append(process)  # type: ignore[arg-type]
    deadline = time.monotonic() + START_SECONDS
    while SERVING not in output.read_text() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    return output.read_text()


def _step(reader: Reader, line: str) -> None:
    verb, _, rest = line.partition(" ")
    place, _, text = (part.strip() for part in reader.filled(rest).partition(" = "))
    page = reader.page
    main = page.locator("main")
    match verb:
        case "打开":
            page.goto(place)
        case "填写":
            page.get_by_label(place, exact=True).fill(text)
        case "选择":
            options = page.get_by_label(place, exact=True)
            options.select_option(options.locator("option", has_text=text).first.get_attribute("value"))
        case "点击":
            page.locator("a, button").filter(has_text=place).first.click()
        case "展开":
            main.locator("summary").filter(has_text=place).first.click()
        case "下载":
            with page.expect_download() as download:
                page.locator("a, button").filter(has_text=place).first.click()
            download.value.save_as(reader.folder / text)
        case "看到":
            expect(page.locator("body")).to_contain_text(place)
        case _:
            raise AssertionError(f"the page says something that nobody can do: {verb}")


def test_the_auditors_tutorial_does_what_it_says(browser: Browser, tmp_path: Path) -> None:
    context = new_context(browser)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "120"}
    reader = Reader(tmp_path, context.new_page(), environment={**environment, "PYTHONUNBUFFERED": "1"})
    try:
        for kind, lines in _blocks(TUTORIAL.read_text("utf-8")):
            if kind == "console":
                for command, expected in _commands(lines):
                    _run(reader, command, expected)
            else:
                for line in lines:
                    _step(reader, line)
    finally:
        context.close()
        for process in reader.servers:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # SIGINT is ignored below a shell that works in the background
            process.wait(60)
    assert (tmp_path / "letter.docx").stat().st_size > 0
