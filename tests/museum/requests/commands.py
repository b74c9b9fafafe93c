"""Bad files and bad arguments given to the commands, as people give them: each honest command altered in one thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from connectors.cli.main import main as connector_command
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, COUNTY, OFFICER, PASSPHRASE
from gateway.cli.main import main as gateway_command
from schemas.own_yaml import parse_own_yaml
from tests.museum.requests.alterations import alter, canonical
from tests.museum.requests.canaries import Canary
from tests.museum.requests.exhibits import filled
from tests.scene import Scene

FIRST_NUMBER = 800
"""Files have canaries of their own, after those of the requests."""

ROSTER_COLUMNS = ("学生姓名", "性别", "出生年月", "身份证件号")
MAPPING = """data_set: dropout_ledger
source: {kind: csv, path: roster.csv, encoding: utf-8}
columns:
  name: 学生姓名
  sex: 性别
  birth_date: 出生年月
  citizen_id: 身份证件号
"""

_FILES = {
    "propose": "agreement propose --signatories officer-07 head-02",
    "join": "join",
    "enrol": "member enrol --yes",
    "check": "check",
}
"""The commands that take a file, as they are typed."""


@dataclass(frozen=True)
class BadFile:
    """One bad file or argument: which command it goes to, what is done, and the sentence that must come back."""

    plan: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What is wrong with it."""
        return str(self.plan["name"])

    @property
    def says(self) -> str:
        """What the answer must contain."""
        return str(self.plan["says"])


def load_bad_files() -> list[BadFile]:
    """Return all, in the order of the table."""
    text = (Path(__file__).parent / "files.yaml").read_text(encoding="utf-8")
    return [BadFile(filled(plan, Canary.numbered(FIRST_NUMBER + at))) for at, plan in enumerate(parse_own_yaml(text))]


def write_roster(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    """Write a roster (CSV) with its mapping and return the mapping's path."""
    lines = [",".join(ROSTER_COLUMNS), *(",".join(row) for row in rows)]
    (folder / "roster.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping = folder / "roster.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return mapping


def run_bad_file(scene: Scene, bad: BadFile, folder: Path) -> Result:
    """Run the command that `bad` alters; what it printed and what it raised are in the result."""
    command = str(bad.plan["command"])
    honest, arguments = _honest(scene, command, folder)
    path = folder / "file"
    path.write_bytes(alter(honest, bad.plan.get("file", ()), bytes))
    if command == "check":
        path = path.rename(folder / "roster.yaml")
    replaced = bad.plan.get("replace", {})
    given = [arguments.get(name, "") if name not in replaced else replaced[name] for name in arguments]
    words = [word for name, value in zip(arguments, given, strict=True) for word in _words(name, value, path)]
    return run(scene, command, words)


def run(scene: Scene, command: str, words: list[str]) -> Result:
    """Run a command of education's connector, or the gateway's `enrol`."""
    runner = CliRunner(env={"TONGXIN_PASSPHRASE": PASSPHRASE})
    if command == "enrol":
        return runner.invoke(gateway_command, ["--folder", str(scene.stage.gateway_folder), *words])
    folder = scene.stage.desks[Agency.EDUCATION].folder
    return runner.invoke(connector_command, ["--folder", str(folder), *words])


def ask_words(scene: Scene, mapping: Path) -> dict[str, str]:
    """Return an honest question's arguments by name."""
    agreement = scene.agreements["P01"]
    return {
        "command": "ask P01",
        "--provider": agreement.provider.agency,
        "--roster": str(mapping),
        "--region": COUNTY,
        "--officer": OFFICER,
        "--approver": APPROVER,
        "--case": CASE,
        "--attribute": "known_to_civil_affairs",
        "--agreement": agreement.digest(),
    }


def _honest(scene: Scene, command: str, folder: Path) -> tuple[bytes, dict[str, str]]:
    mapping = write_roster(folder, [("某某", "女", "2015-03-07", "")])
    if command in _FILES:
        return _honest_file(scene, command), {"command": _FILES[command], "file": ""}
    digest = scene.agreements["P01"].digest()
    arguments = {
        "ask": ask_words(scene, mapping),
        "publish": {"command": "index publish", "digest": digest},
        "results": {"command": "question results", "--out": str(folder / "results.xlsx"), "id": digest},
        "suspend": {"command": "agreement suspend", "digest": digest},
    }
    arguments["sign"] = {"command": "agreement sign --yes --signatories officer-07 head-02", "digest": digest}
    return b"", arguments.get(command, {"command": f"agreement {command} --yes", "digest": digest})


def _honest_file(scene: Scene, command: str) -> bytes:
    match command:
        case "propose":
            document = scene.agreements["P01"].model_dump(mode="json", exclude_none=True)
            return canonical(document | {"id": "00000000-0000-4000-8000-0000000000f1"})
        case "join":
            return (scene.stage.gateway_folder / "gateway-pin.json").read_bytes().strip()
        case "enrol":
            return scene.stage.desks[Agency.EDUCATION].enrolment_file.read_bytes().strip()
    return MAPPING.encode()


def _words(name: str, value: str, path: Path) -> list[str]:
    if name == "command":
        return value.split()
    if name == "file":
        return [str(path)]
    return [name, value] if name.startswith("--") else [value]
