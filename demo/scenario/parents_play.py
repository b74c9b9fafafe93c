"""The private OR as a story: one child of each class, and nobody knows which office said yes."""

import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.identifiers import new_uuid
from connectors.private_or.advance import taken
from connectors.requester.ask import Questioner
from connectors.state.questions import Question, RowResult
from connectors.state.roster_ref import MappingFile
from demo.scenario.cast import APPROVER, CASE, COUNTY, OFFICER
from demo.scenario.parents_cast import REQUESTER, RESOLVER
from demo.scenario.parents_data import STORY, STORY_GROUNDS, Family, write_circle_data, write_roster
from demo.scenario.parents_stage import ParentsStage
from keys.custody.key_file_format import STANDARD_KDF_COST, KdfCost

EXPECTED = (
    ("orphan", None),
    ("de_facto_unattended", None),
    ("not", None),
    ("insufficient", "health"),
    ("insufficient", "public_security"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one child of the story: the class, which kinds of office lack data, and when to look again."""

    parental_class: str
    lacking: str | None
    review: str


@dataclass(frozen=True, slots=True)
class ParentsTold:
    """The story: what was told of each child, the offices behind it, and the seconds of board and question."""

    told: tuple[Told, ...]
    offices: tuple[str, ...]
    board_seconds: float
    question_seconds: float

    @property
    def is_as_expected(self) -> bool:
        """Whether each child has its class."""
        return tuple((one.parental_class, one.lacking) for one in self.told) == EXPECTED


def play_parents(folder: Path, today: date, kdf_cost: KdfCost = STANDARD_KDF_COST) -> ParentsTold:
    """Set the circle up in an emptied folder, play one epoch, and ask about the children of the story."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stage = ParentsStage(folder, today, kdf_cost)
    write_circle_data(stage.data, STORY, STORY_GROUNDS)
    stage.found()
    with ExitStack() as stack:
        stage.open(stack)
        stage.agree()
        began = time.perf_counter()
        board = stage.make_board()
        made = time.perf_counter()
        results = ask_roster(stage, STORY)
        return ParentsTold(
            told=tuple(_told(result) for result in sorted(results, key=lambda result: result.row_number)),
            offices=tuple(taken(board)),
            board_seconds=made - began,
            question_seconds=time.perf_counter() - made,
        )


def ask_roster(stage: ParentsStage, families: list[Family]) -> list[RowResult]:
    """Let an officer of civil affairs ask about the children of families, and return a result for each."""
    session, agreement = stage.sessions[REQUESTER.kind], stage.agreements[RESOLVER.kind]
    question = Question(
        id=new_uuid(session.connector.random),
        agreement=agreement.digest(),
        attributes=agreement.attributes,
        region=COUNTY,
        case=CASE,
        officer=OFFICER,
        approver=APPROVER,
        roster=MappingFile(str(write_roster(stage.folder / "roster", families))),
        roster_version=None,
        asked_at=session.connector.seconds(),
    )
    return Questioner(session.connector, session.client, session.trust).ask(question, lambda *_: None)


def _told(result: RowResult) -> Told:
    values = result.values
    lacking = values["missing_provider_type"]
    return Told(
        str(values["parental_status_class"]),
        None if lacking is None else str(lacking),
        str(values["parental_status_review"]),
    )
