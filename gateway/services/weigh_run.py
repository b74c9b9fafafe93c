"""What a run is judged on, read in one snapshot of the database; and the judgement, which needs no database."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.domain.entry_arrays import AskedRecords, IndexedRecords, asked_records
from gateway.domain.key_types import relation_codes
from gateway.domain.run_outcomes import JudgedRow, judged_rows, related_rows, related_summary, summary_of
from gateway.persistence.model_queries import find_model
from gateway.persistence.publication_queries import ActiveIndex
from gateway.persistence.run_queries import Run, read_run_parts
from gateway.services.find_records import compute_profile, find_records, get_active, read_profile
from linkage.run import IndexProfile, Model, judge
from schemas.agreement import Agreement
from schemas.agreement_terms import get_key_set
from schemas.key_set import KeySet
from schemas.message import MessageError
from schemas.messages.match import RunSummary, SubjectKind


@dataclass(frozen=True, slots=True)
class Material:
    """What a run is judged on; about a relation neither profile nor model are needed.

    `new_profile` is set where the index had none yet: it is to be kept.
    """

    key_set: KeySet = field(repr=False)
    subject: SubjectKind
    index: ActiveIndex
    asked: AskedRecords
    records: IndexedRecords
    profile: IndexProfile | None = None
    new_profile: IndexProfile | None = None
    kept: Model | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What came of it; `model` if one was fitted."""

    index_id: str
    rows: tuple[JudgedRow, ...] = field(repr=False)
    summary: RunSummary
    model: Model | None = field(default=None, repr=False)


def gather(connection: Connection, agreement: Agreement, run: Run) -> Material:
    """Read what the run is judged on; raises ProblemError (no_active_index)."""
    key_set, subject = get_key_set(agreement), SubjectKind(run.subject)
    index = get_active(connection, run.agreement, run.epoch)
    asked = asked_records(read_run_parts(connection, run.id))
    if subject is not SubjectKind.CHILD:
        records = find_records(connection, index, asked, relation_codes(key_set, [subject]))
        return Material(key_set, subject, index, asked, records)
    records = find_records(connection, index, asked, {defined.code for defined in key_set.evidence})
    stored = read_profile(connection, index, key_set)
    new = compute_profile(connection, index, key_set) if stored is None else None
    kept = _find_model(connection, agreement, key_set)
    return Material(key_set, subject, index, asked, records, stored or new, new, kept)


def weigh(material: Material) -> Weighed:
    """Judge the run as a whole."""
    asked, records, key_set = material.asked, material.records, material.key_set
    if material.profile is None:
        rows = tuple(related_rows(asked, records, relation_codes(key_set, [material.subject])))
        return Weighed(material.index.index_id, rows, related_summary(rows, key_set))
    judgement, model = judge(asked.table, records.found, material.profile, key_set, material.kept)
    rows = tuple(judged_rows(asked, records, judgement))
    return Weighed(material.index.index_id, rows, summary_of(judgement, key_set), model)


def _find_model(connection: Connection, agreement: Agreement, key_set: KeySet) -> Model | None:
    """Return the model that the two agencies' runs left, or None; one of an earlier program is not read."""
    parties = (agreement.requester.agency, agreement.provider.agency)
    stored = find_model(connection, *parties, agreement.purpose, key_set.id)
    try:
        return None if stored is None else Model.from_json(stored.model)
    except MessageError:
        return None
