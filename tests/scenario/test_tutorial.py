"""Runs the tutorial as it stands, in one shell with real servers; only its ports are exchanged for free ones.

Rules of the page: in a `console` block `$ ` begins a command, `> ` continues it, the rest is what it prints, where
`…` stands for anything. A command that ends in `&` is a server: the shell waits until it says that it serves. A
command must succeed, unless what it prints begins with `Error:`; then it must fail.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from demo.scenario.servers import free_port

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-exchange.md"
PORTS = ("8700", "8701", "8702")
MARK = "@@tutorial"


@dataclass
class Step:
    command: str
    expected: list[str] = field(default_factory=list)

    @property
    def is_server(self) -> bool:
        return self.command.endswith(" &")

    @property
    def must_fail(self) -> bool:
        return bool(self.expected) and self.expected[0].startswith("Error:")

    def prints(self, output: str) -> bool:
        pattern = "".join(
            ".*" if part == "…" else r"\s+" if part.isspace() else re.escape(part)
            for part in re.split(r"(…|\s+)", "\n".join(self.expected).strip())
        )
        return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


def read_steps(page: str) -> list[Step]:
    steps: list[Step] = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:]))
            elif line.startswith("> "):
                steps[-1].command += "\n" + line[2:]
            else:
                steps[-1].expected.append(line)
    return steps


def script_of(steps: list[Step]) -> str:
    lines = ["trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for number, step in enumerate(steps):
        lines.append(f"echo; echo '{MARK}'")
        if step.is_server:
            log = shlex.quote(f"server-{number}.log")
            lines.append(f"{step.command[:-2]} > {log} 2>&1 &")
            lines.append(f"for i in $(seq 300); do grep -q Serving {log} && break; sleep 0.2; done; cat {log}")
        else:
            lines.append(step.command)
        lines.append(f"status=$?; echo; echo '{MARK}' $status")
    return "\n".join(lines) + "\n"


def play(page: str, folder: Path) -> list[tuple[Step, str, int]]:
    """Run every step in one shell and return it with what it printed and its exit code."""
    steps = read_steps(page)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "120",
        "PYTHONUNBUFFERED": "1",
    }
    finished = subprocess.run(
        ["bash", "-c", script_of(steps)],
        cwd=folder,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    parts = re.split(rf"\n?{MARK}(?: (\d+))?\n", finished.stdout)
    outputs, codes = parts[2::4], parts[3::4]
    return [(step, output, int(code)) for step, output, code in zip(steps, outputs, codes, strict=True)]


def on_free_ports(page: str) -> str:
    for port in PORTS:
        page = page.replace(port, str(free_port()))
    return page


def test_the_tutorial_works_as_it_stands(tmp_path: Path) -> None:
    page = on_free_ports(PAGE.read_text(encoding="utf-8"))
    for step, output, code in play(page, tmp_path):
        assert (code != 0) == step.must_fail, f"{step.command}\n{output}"
        assert step.prints(output), f"{step.command}\nexpected: {step.expected}\nprinted:\n{output}"


def test_what_a_step_prints_is_compared() -> None:
    step = Step("greet", ["Hello, … of", "the …!"])
    assert step.prints("Hello, child of\n  the village!\n")
    assert not step.prints("Hello, child of the village")
    assert not step.prints("")
    assert Step("quiet").prints("\n")
    assert not Step("quiet").prints("a warning")
