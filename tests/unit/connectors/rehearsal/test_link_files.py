"""Two files are linked as through the gateway: in two stages, against what an index would hold, and judged alike."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from connectors.rehearsal.link_files import Linked, link_tables
from connectors.rehearsal.report import RehearsalReport
from linkage.judgement import NO_CANDIDATE
from linkage.run import Found, judge, profile_of
from schemas.key_set import load_key_set
from schemas.messages.match import Basis, Outcome, WithheldReason
from tests.unit.connectors.children import child
from tests.unit.connectors.rehearsal.made_up import children, hashed, moved

KEY_SET = load_key_set("G")
COMMON = 1200


def link(a, b):
    return link_tables(hashed(a, is_index=False).table, hashed(b, is_index=True).table, KEY_SET)


def outcomes(linked: Linked):
    return [list(Outcome)[place] for place in linked.judgement.outcome]


@pytest.fixture(scope="module")
def fitted():
    """Two files of 3,000 children of which 1,200 are in both, in another order."""
    everybody = children(4_800, seed=5)
    a, b = everybody[:3_000], everybody[3_000 - COMMON :][::-1]
    return a, b, hashed(a, is_index=False), hashed(b, is_index=True)


def test_partners_are_records_of_the_second_file(fitted):
    a, b, hashed_a, hashed_b = fitted
    linked = link_tables(hashed_a.table, hashed_b.table, KEY_SET)
    assert (linked.judgement.basis, linked.judgement.withheld) == (Basis.FITTED, None)
    matches = [row for row, outcome in enumerate(outcomes(linked)) if outcome is Outcome.MATCH]
    right = [row for row in matches if a[row] is b[linked.partner[row]]]
    assert len(right) > COMMON * 0.97
    assert len(right) / len(matches) > 0.97


def test_what_is_not_sent_for_settled_rows_changes_nothing(fitted):
    _, _, a, b = fitted
    linked = link_tables(a.table, b.table, KEY_SET)
    found = Found(b.table, b.table.holds())
    whole, _ = judge(a.table, found, profile_of(b.table, KEY_SET), KEY_SET, None)
    assert linked.judgement.is_settled.sum() > 500
    assert (linked.judgement.outcome == whole.outcome).all()
    assert (linked.partner == whole.candidate).all()
    assert (np.nan_to_num(linked.judgement.probability) == np.nan_to_num(whole.probability)).all()


def test_a_settled_row_asks_for_nothing_else(monkeypatch):
    sent = []

    def watching(asked, found, profile, key_set, kept):
        sent.append(asked)
        return judge(asked, found, profile, key_set, kept)

    monkeypatch.setattr("connectors.rehearsal.link_files.judge", watching)
    settled, unsettled = child(1), replace(child(2, "钱小河"), citizen_id=None)
    link([settled, unsettled], [settled, unsettled])
    (asked,) = sent
    codes = {d.code for d in KEY_SET.key_types if d.name in KEY_SET.settled_by}
    assert set(asked.key_type[asked.record == 0].tolist()) == codes
    assert len(set(asked.key_type[asked.record == 1].tolist()) - codes) > 5


def test_hashes_that_too_many_records_share_are_not_in_the_index():
    def born(year: int, month: int, day: int):
        return replace(child(born_on=date(year, month, day)), citizen_id=None)

    namesakes = [born(2015, 5, 1 + day) for day in range(MAX_GROUP_PUBLISHED + 1)]
    assert outcomes(link([born(2014, 6, 30)], namesakes[:-1])) == [Outcome.POSSIBLE_MATCH]
    assert outcomes(link([born(2014, 6, 30)], namesakes)) == [Outcome.NON_MATCH]


def test_files_without_a_child_in_common_match_nobody_by_probability():
    linked = link(children(3_000, seed=1), [moved(one) for one in children(3_000, seed=2)])
    judged = linked.judgement
    assert judged.withheld in {WithheldReason.LOW_PRECISION, WithheldReason.TOO_FEW_PAIRS}
    assert sum(outcome is Outcome.MATCH for outcome in outcomes(linked)) < 30


def test_a_file_full_of_repeated_children_is_withheld(fitted):
    _, b, hashed_a, _ = fitted
    repeated = [*b, *(moved(one) for one in b[:600])]
    linked = link_tables(hashed_a.table, hashed(repeated, is_index=True).table, KEY_SET)
    assert linked.judgement.withheld is WithheldReason.DUPLICATES
    assert {o for o, settled in zip(outcomes(linked), linked.judgement.is_settled, strict=True) if not settled} <= {
        Outcome.POSSIBLE_MATCH,
        Outcome.NON_MATCH,
    }


def test_small_and_empty_files_are_judged_by_rules():
    linked = link([child(1), child(2, "钱小河")], [child(1)])
    assert outcomes(linked) == [Outcome.MATCH, Outcome.NON_MATCH]
    assert linked.partner.tolist() == [0, NO_CANDIDATE]
    assert (linked.judgement.basis, linked.judgement.withheld) == (Basis.RULES, WithheldReason.TOO_FEW_PAIRS)
    for a, b in (([], []), ([child(1)], []), ([], [child(1)])):
        report = RehearsalReport.of(hashed(a, is_index=False), hashed(b, is_index=True), link(a, b), KEY_SET, ())
        assert report.outcomes[Outcome.MATCH] == 0
