"""The same hashes get the same links and probabilities from a rehearsal and from the gateway, on each database."""

import random
import uuid
from pathlib import Path

import numpy as np

from connectors.rehearsal.link_files import link_tables
from linkage.hash_table import HashTable, build_table
from schemas.base64url import encode_base64url
from schemas.key_set import load_key_set
from schemas.messages.index import KEY_TYPE_CODES
from schemas.messages.match import MAX_MATCH_ANSWER_BYTES, Basis, MatchAnswer, Outcome
from tests.contract.seeded_children import Child, asked, draw_children, index_of, keys_of, misspell
from tests.scenario.gateway_simulator import played_world

KEY_SET = load_key_set("G")
BATCH = 500


def table_of(children: list[Child]) -> HashTable:
    entries = [(number, *one) for number, child in enumerate(children) for one in keys_of(child)]
    return build_table(
        len(children),
        [number for number, _, _ in entries],
        [KEY_TYPE_CODES[key_type] for _, key_type, _ in entries],
        [index_hash for _, _, index_hash in entries],
    )


def test_a_rehearsal_and_the_gateway_judge_alike(tmp_path: Path, database_url: str) -> None:
    children = draw_children(1_300, seed=7)
    index, draw = children[:1_000], random.Random(8)
    roster = [misspell(child, draw) for child in children[300:]]
    linked = link_tables(table_of(roster), table_of(index), KEY_SET)
    with played_world(tmp_path, database_url) as world:
        agreement = world.conclude()
        world.publish(agreement, index_of(index))
        run, rows = str(uuid.uuid4()), range(len(roster))
        for number, start in enumerate(range(0, len(roster), BATCH)):
            part = {row: asked(roster[row]) for row in rows[start : start + BATCH]}
            assert world.send_part(agreement, run, number, part).status == 200
        fetched = world.fetch(agreement, run, 2, list(rows), len(roster))
    answer, judgement = MatchAnswer.from_bytes(fetched.body, MAX_MATCH_ANSWER_BYTES), linked.judgement
    assert answer.summary.basis is judgement.basis is Basis.FITTED
    assert [list(Outcome).index(told.outcome) for told in answer.outcomes] == judgement.outcome.tolist()
    rehearsed = [None if np.isnan(one) else round(one * 1_000_000) for one in judgement.probability]
    assert [told.probability for told in answer.outcomes] == rehearsed
    partners = [
        (encode_base64url(index[partner].handle),) if outcome == 0 else ()
        for partner, outcome in zip(linked.partner, judgement.outcome, strict=True)
    ]
    assert [told.handles for told in answer.outcomes] == partners
    assert sum(map(bool, partners)) > 300
