"""The links that a rehearsal found, as a workbook: row numbers, outcome, probability and what agrees; no value."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from connectors.rehearsal.hash_records import HashedFile
from connectors.rehearsal.link_files import Linked
from connectors.rehearsal.sentences import NOTICE, OUTCOMES, SETTLED, TIED
from linkage.judgement import NO_CANDIDATE
from schemas.comparison_words import describe
from schemas.faults import Wording
from schemas.key_set import KeySet
from schemas.messages.match import Outcome

HEADINGS: Final = ("A 行号 row", "B 行号 row", "结果 outcome", "概率 probability", "依据", "evidence")

_Line = tuple[int, int | None, str, float | None, str, str]


def write_links(path: Path, linked: Linked, a: HashedFile, b: HashedFile, key_set: KeySet) -> None:
    """Write a line for each match and each possible match, replacing the file at once."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("对应")
    sheet.append([f"{NOTICE.zh} / {NOTICE.en}"])
    cells = [WriteOnlyCell(sheet, value=heading) for heading in HEADINGS]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for line in _lines(linked, a, b, key_set):
        sheet.append(line)
    temporary = path.with_name(path.name + ".new")
    workbook.save(temporary)
    temporary.replace(path)


def _lines(linked: Linked, a: HashedFile, b: HashedFile, key_set: KeySet) -> Iterator[_Line]:
    """Yield the lines in the order of A. Every text is the program's own, so that none can be a formula."""
    judged, outcomes = linked.judgement, list(Outcome)
    for row in np.flatnonzero(judged.outcome != outcomes.index(Outcome.NON_MATCH)).tolist():
        partner = int(linked.partner[row])
        probability = float(judged.probability[row])
        outcome = OUTCOMES[outcomes[judged.outcome[row]]]
        evidence = _evidence(linked, row, key_set)
        yield (
            int(a.row_numbers[row]),
            None if partner == NO_CANDIDATE else int(b.row_numbers[partner]),
            f"{outcome.zh} / {outcome.en}",
            None if np.isnan(probability) else round(probability, 6),
            evidence.zh,
            evidence.en,
        )


def _evidence(linked: Linked, row: int, key_set: KeySet) -> Wording:
    judged = linked.judgement
    if judged.is_settled[row]:
        return SETTLED
    levels = zip((part.name for part in key_set.comparison), judged.comparison[row].tolist(), strict=True)
    told = describe(key_set, dict(levels))
    if linked.partner[row] == NO_CANDIDATE:
        return Wording(f"{told.zh}；{TIED.zh}", f"{told.en}; {TIED.en}")
    return told
