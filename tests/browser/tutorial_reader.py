"""Does what a tutorial says: its commands in one shell, its page steps in real browsers, one for each person.

Rules of the pages: in a `console` block `$ ` begins a command, the rest is what it prints, where `…` stands for
anything and `«name»` for a text that is kept for later; a command that ends in `&` runs until the page ends, but a
demo goes on for the next page that begins with the same one. In a `page` block each line is a step of `STEPS`.
`«code»` is the present code of the authenticator whose secret was noted as `«secret»`; one for each person: `«codeli»`
goes with `«secretli»`. Ports are exchanged for free ones. Unless pictures are taken, a demo has fewer children, and
pages that each begin one of their own share one, with other sign-in names for those who have theirs from another page.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyotp
from playwright.sync_api import Browser, Error, Page, expect

from demo.scenario.servers import free_port
from tests.browser.console import new_context

DEMO: Final = "tongxin-demo "
SERVING: Final = "Ctrl-C"
ANY_DEMO: Final = re.compile(r"^\$ tongxin-demo run (?:--children [0-9]+ )?--folder (\w+) &$", re.MULTILINE)
SMALL_DEMO: Final = "$ tongxin-demo run --children 4000 --folder day &"
"""Publishing the indexes of 20,000 children takes minutes; what is done on the pages stays the same."""
DEMO_FOLDER: Final = "day"
TUTORIALS: Final = Path(__file__).parents[2] / "docs" / "tutorial"
PICTURES: Final = TUTORIALS / "pictures"
SHELL: Final = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "COLUMNS": "120",
    "PYTHONUNBUFFERED": "1",
}
START_SECONDS: Final = 600
WAIT_SECONDS: Final = 180
PICTURE_TURNS: Final = 3
PORTS: Final = ("8480", "8481", "8482")
"""What the pages call the ports of consoles; free ones are taken in their place."""

ONE_LINE: Final = r"[^\n]*[^\s]"
FORMS: Final = {"row": "[0-9]+", "port": "[0-9]+", "handles": r"[\w\-\s]+"}
PLACEHOLDER: Final = re.compile(r"«([a-z]+)»")
THIS_PAGE: Final = "本页"
_SOMEBODY: Final = "somebody"


@dataclass(frozen=True)
class Server:
    """A process that serves, and the file that it prints to."""

    process: subprocess.Popen[bytes]
    output: Path

    def printed(self) -> str:
        """Return what it has printed so far."""
        return self.output.read_text()

    def end(self) -> None:
        """End it with all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)  # SIGINT is ignored below a shell that works in the background
        self.process.wait(60)


@dataclass
class Demos:
    """The demos that run in a folder, by the command that began them; each is begun once."""

    folder: Path
    servers: dict[str, Server] = field(default_factory=dict)

    def close(self) -> None:
        """End them."""
        for server in self.servers.values():
            server.end()


@dataclass
class Reader:
    """Somebody who follows the page: demos, environment, browsers of those who take part, and what they noted."""

    demos: Demos
    browser: Browser
    pictures: Path
    environment: dict[str, str]
    pages: dict[str, Page] = field(default_factory=dict)
    person: str = _SOMEBODY
    noted: dict[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the commands are typed."""
        return self.demos.folder

    @property
    def page(self) -> Page:
        """The page in the browser of whoever acts now."""
        if self.person not in self.pages:
            self.pages[self.person] = new_context(self.browser).new_page()
            self.pages[self.person].set_default_timeout(1_000 * WAIT_SECONDS)
        return self.pages[self.person]

    def filled(self, text: str) -> str:
        """Put what was noted in its places."""
        return PLACEHOLDER.sub(lambda found: self._known(found[1]), text)

    def _known(self, name: str) -> str:
        if name.startswith("code"):
            secret = self.noted[name.replace("code", "secret", 1)]
            return pyotp.TOTP(secret.replace(" ", "")).now()
        return self.noted[name]

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

    def close(self) -> None:
        """End the browsers and the servers."""
        for page in self.pages.values():
            page.context.close()
        for server in self.servers:
            server.end()


def reader_at(demos: Demos, browser: Browser, folder: Path) -> Reader:
    """Return somebody at a desk; pictures go to the guides where TONGXIN_PICTURES says so, else into `folder`."""
    pictures = PICTURES if "TONGXIN_PICTURES" in os.environ else folder / "pictures"
    pictures.mkdir(exist_ok=True)
    return Reader(demos, browser, pictures, dict(SHELL))


@contextmanager
def follow(reader: Reader, tutorial: Path) -> Iterator[Reader]:
    """Do all that the tutorial says; its servers still run while the block looks at what came of it."""
    text = tutorial.read_text("utf-8")
    for port in PORTS:
        text = text.replace(port, str(free_port()))
    if "TONGXIN_PICTURES" not in os.environ:
        text = _in_shared_demo(text)
    try:
        for kind, lines in _blocks(text):
            if kind == "console":
                for command, expected in _commands(lines):
                    _run(reader, command, expected)
            else:
                for line in lines:
                    _step(reader, line)
        yield reader
    finally:
        reader.close()


def _in_shared_demo(text: str) -> str:
    """Let a page use the small demo that all share; one with a folder of its own brings people of its own too."""
    found = ANY_DEMO.search(text)
    if found is None or found[1] == DEMO_FOLDER:
        return ANY_DEMO.sub(SMALL_DEMO, text)
    text = re.sub(rf"(?<![\w/]){found[1]}/", f"{DEMO_FOLDER}/", ANY_DEMO.sub(SMALL_DEMO, text))
    for account_id in re.findall(r"account add (\S+)", text):
        text = text.replace(account_id, f"{account_id}.{found[1]}")
    return text


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
    if not command.startswith(DEMO):
        reader.servers.append(_start(reader, command))
        return reader.servers[-1].printed()
    if command not in reader.demos.servers:
        reader.demos.servers[command] = _start(reader, command)
    return reader.demos.servers[command].printed()


def _start(reader: Reader, command: str) -> Server:
    output = reader.folder / f"{uuid.uuid4()}.log"
    with output.open("w") as stream:
        process = subprocess.Popen(
            shlex.split(command),
            cwd=reader.folder,
            env=reader.environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    server = Server(process, output)
    deadline = time.monotonic() + START_SECONDS
    while SERVING not in server.printed() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    return server


def _step(reader: Reader, line: str) -> None:
    verb, _, rest = line.partition(" ")
    place, _, text = (part.strip() for part in reader.filled(rest).partition(" = "))
    STEPS[verb](reader, place, text)


def _go_to_person(reader: Reader, name: str, _: str) -> None:
    reader.person = name


def _open(reader: Reader, address: str, _: str) -> None:
    reader.page.goto(address)


def _open_until(reader: Reader, address: str, text: str) -> None:
    """Open a page again and again until it shows what another office sent."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while True:
        reader.page.goto(reader.page.url if address == THIS_PAGE else address)
        if text in reader.page.locator("main").inner_text():
            return
        assert time.monotonic() < ends_at, f"{text} did not arrive"
        time.sleep(1)


def _fill(reader: Reader, label: str, text: str) -> None:
    exactly = reader.page.get_by_label(label, exact=True)  # unless a mark such as （可不填） stands beside it
    (exactly if exactly.count() else reader.page.get_by_label(label)).first.fill(text)


def _select(reader: Reader, label: str, text: str) -> None:
    options = reader.page.locator("select").and_(reader.page.get_by_label(label)).first
    options.select_option(options.locator("option", has_text=text).first.get_attribute("value"))


def _check(reader: Reader, label: str, _: str) -> None:
    reader.page.get_by_label(label).first.check()


def _click(reader: Reader, text: str, _: str) -> None:
    reader.page.locator("a, button").filter(has_text=text).first.click()


def _press(reader: Reader, text: str, _: str) -> None:
    """Press a button of the page itself, where a way on the left has the same name."""
    reader.page.locator("main").get_by_role("button", name=text, exact=True).first.click()


def _scroll_to(reader: Reader, text: str, _: str) -> None:
    reader.page.locator("main").get_by_text(text).first.evaluate("found => found.scrollIntoView({block: 'center'})")


def _unfold(reader: Reader, text: str, _: str) -> None:
    reader.page.locator("main summary").filter(has_text=text).first.click()


def _upload(reader: Reader, label: str, file: str) -> None:
    reader.page.get_by_label(label, exact=True).set_input_files(reader.folder / file)


def _download(reader: Reader, text: str, file: str) -> None:
    with reader.page.expect_download() as download:
        _click(reader, text, "")
    download.value.save_as(reader.folder / file)


def _wait_for(reader: Reader, text: str, _: str) -> None:
    expect(reader.page.locator("main")).to_contain_text(text, timeout=1_000 * WAIT_SECONDS)


def _see(reader: Reader, text: str, _: str) -> None:
    expect(reader.page.locator("main")).to_contain_text(text)


def _do_not_see(reader: Reader, text: str, _: str) -> None:
    expect(reader.page.locator("main")).not_to_contain_text(text)


def _write_down(reader: Reader, name: str, beginning: str) -> None:
    found = re.search(rf"{re.escape(beginning)}\S+", reader.page.locator("main").inner_text())
    assert found is not None, f"nothing on the page begins with {beginning}"
    reader.noted[name] = found[0]


def _copy_down(reader: Reader, name: str, label: str) -> None:
    """Note what stands beside a label in a list of facts."""
    labels = reader.page.locator("main dt").filter(has_text=label)
    reader.noted[name] = labels.first.locator("xpath=following-sibling::dd[1]").inner_text()


def _take_picture(reader: Reader, name: str, _: str) -> None:
    for turn in range(PICTURE_TURNS):
        try:
            reader.page.screenshot(path=reader.pictures / f"{name}.png", animations="disabled")
        except Error:  # the browser has no frame to show while the machine is busy
            if turn == PICTURE_TURNS - 1:
                raise
            time.sleep(1)
        else:
            return


STEPS: Final[Mapping[str, Callable[[Reader, str, str], None]]] = {
    "换到": _go_to_person,
    "打开": _open,
    "打开直到": _open_until,
    "填写": _fill,
    "选择": _select,
    "勾选": _check,
    "点击": _click,
    "按": _press,
    "滚到": _scroll_to,
    "展开": _unfold,
    "上传": _upload,
    "下载": _download,
    "等到": _wait_for,
    "看到": _see,
    "看不到": _do_not_see,
    "记下": _write_down,
    "抄下": _copy_down,
    "截图": _take_picture,
}
"""What can be done on a page. Each takes what is meant, and the text behind `=`."""
