"""From what the ledger tells of a pupil to the steps of workflow W1 that were done already, in their order. Pure."""

from dataclasses import dataclass
from typing import Final

from connectors.dropouts.entry import AbsenceEntry
from connectors.items.papers import Child, DropoutPaper
from schemas.dropouts.reasons import ReasonGroup, group_of

WORKFLOW: Final = "W1"
TOWNSHIP_SEAT: Final = "township"
EDUCATION_SEAT: Final = "education"


@dataclass(frozen=True, slots=True)
class FlagStep:
    """One step, with what it wants beside."""

    transition: str
    reason: str | None = None
    proof: str | None = None


def steps_of(entry: AbsenceEntry) -> tuple[FlagStep, ...]:
    """Return the steps that the entry proves; where one is missing, the item waits there for the school.

    A visit counts with its reference alone, a report in writing with its day and its reference. Of the reason only its
    group is told.
    """
    steps = []
    if entry.contacted:
        steps.append(FlagStep("contact_parents"))
    if entry.visited and entry.visit_proof is not None:
        steps.append(FlagStep("visit_home", proof=entry.visit_proof))
    if len(steps) == 2:
        steps.append(FlagStep("suspect"))
        if entry.reported_on is not None and entry.report_proof is not None:
            group = ReasonGroup.UNKNOWN if entry.reason is None else group_of(entry.reason)
            steps.append(FlagStep("report", reason=group.value, proof=entry.report_proof))
    return tuple(steps)


def state_after(entry: AbsenceEntry) -> str:
    """Return the state of W1 in which a flagged pupil's item comes to stand."""
    done = {step.transition for step in steps_of(entry)}
    return "reported" if "report" in done else "suspected" if "suspect" in done else "noticed"


def paper_of(entry: AbsenceEntry, flag_number: str) -> DropoutPaper:
    """Return the education side's own paper about a pupil; the number names the entry in the ledger.

    The township gets a copy when persuading begins, so the exact reason is not in it (it stays in the sealed entry).
    """
    return DropoutPaper(child=child_of(entry), absent_days=entry.absent_days, note=flag_number)


def child_of(entry: AbsenceEntry) -> Child:
    """Return the pupil as a paper names a child."""
    gender = entry.gender
    return Child(
        name=entry.name,
        gender="male" if gender == "male" else "female" if gender == "female" else None,
        birth_date=entry.birth_on,
        citizen_id=entry.citizen_id,
        address=entry.residence,
        guardian_name=entry.guardian_name,
        guardian_phone=entry.guardian_phone,
        school=entry.school,
    )


def flag_number_of(flag_id: str) -> str:
    """Return the number of a ledger's entry, such as `KC-3F9A2C1B`."""
    return f"KC-{flag_id[:8].upper()}"
