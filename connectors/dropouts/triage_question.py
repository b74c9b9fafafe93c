"""Ask other agencies about flagged pupils (purpose P01), through the desk's own questions and their approval."""

from collections.abc import Sequence
from typing import Final

from connectors.console.context import Console
from connectors.desk.drafts import begin_draft, choose_ledger, choose_terms
from connectors.desk.ledger_upload import keep_rows
from connectors.desk.ledger_worker import work_on
from connectors.desk.purposes_for import Askable, list_askable
from connectors.desk.question_draft import Draft
from connectors.dropouts.dropout_lines import DropoutLine
from connectors.dropouts.entry import AbsenceEntry
from connectors.education import DROPOUT_LEDGER
from connectors.state.database import writing
from connectors.state.dropout_questions import keep_asked_rows
from schemas.regions import covers

PURPOSE: Final = "P01"
PLACEMENT_ONLY: Final = frozenset({"disability_cert_valid"})
"""Asked at the step of placement alone, as the purpose says."""

FIRST_ROW: Final = 2
_GENDERS: Final = {"male": "男", "female": "女"}


def list_triage_questions(console: Console) -> list[Askable]:
    """Return the agreements under which flagged pupils can be asked about."""
    return [one for one in list_askable(console) if one.purpose.id == PURPOSE]


def draft_question(console: Console, account: str, askable: Askable, lines: Sequence[DropoutLine]) -> Draft:
    """Prepare a question about pupils; nothing leaves before its officer, and whoever approves, has said so.

    Lines without an entry are left out: there is nothing to ask about.
    """
    known = [(line, line.entry) for line in lines if line.entry is not None]
    rows = [_row_of(entry) for _, entry in known]
    ledger = keep_rows(console, account, DROPOUT_LEDGER, "核查分诊名单.csv", rows)
    with writing(console.connector.state) as connection:
        items = {number: line.row.item for number, (line, _) in enumerate(known, FIRST_ROW)}
        keep_asked_rows(connection, ledger, items)
    work_on(console.connector, ledger)
    draft = begin_draft(console, account, askable)
    choose_ledger(console, account, draft.id, ledger)
    return choose_terms(
        console,
        account,
        draft.id,
        region=_region(console, askable),
        case=known[0][0].row.number if len(known) == 1 else f"KC-{ledger[:8].upper()}",
        attributes=tuple(one.attribute for one in askable.outputs if one.attribute not in PLACEMENT_ONLY),
    )


def _region(console: Console, askable: Askable) -> str:
    """Return the agency's own region where the agreement covers it, else the first that it names."""
    own, regions = console.connector.settings.region, askable.agreement.regions
    return own if covers(regions, own) else regions[0]


def _row_of(entry: AbsenceEntry) -> dict[str, str]:
    """Return what the purpose matches by, and nothing else."""
    cells = {
        "name": entry.name,
        "sex": _GENDERS.get(entry.gender or ""),
        "birth_date": None if entry.birth_on is None else entry.birth_on.isoformat(),
        "citizen_id": entry.citizen_id,
        "student_no": entry.student_no,
        "hukou_region": entry.hukou,
        "residence_region": entry.residence,
    }
    return {name: text for name, text in cells.items() if text}
