"""How much a run measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of one run.

    Attributes:
        rounds: turns of each contender; those of a batch of 1,000 records, an append or a publication are fewer.
        hash_inputs: linkage keys evaluated in a turn.
        queries: single-record queries in a turn.
        no_ops: unsigned requests in a turn.
        batch_records: records of a large query.
        register_records: records of the index that queries go to.
        index_sizes: records of the indexes that are published.
        appends: events appended in a turn, by each thread.
        leaves: entries of the log from which proofs are made, and which is verified.
        console_entries: entries of the log behind the console's pages.
        ledger_rows: rows of a ledger that an officer uploads.
        held_rows: children of it whom the provider holds.
        agreements: active agreements among which one is looked up.
        decisions: decisions in a turn.
        board_rows: rows of the board of a private OR.
        roster_children: children about whose parents is asked together.
        standing_index: entries of the index that rosters are intersected with.
        rosters: rows of each of those rosters.
        setup_forms: the forms in which openmined-psi's set-up message is made.
        oprf_inputs: identifiers that go through the OPRF in a turn.
        linked_children: children of the province whose files of two agencies are linked; each holds about 6 in 10.
    """

    rounds: int
    hash_inputs: int
    queries: int
    no_ops: int
    batch_records: int
    register_records: int
    index_sizes: tuple[int, ...]
    appends: int
    leaves: int
    console_entries: int
    ledger_rows: int
    held_rows: int
    agreements: int
    decisions: int
    board_rows: int
    roster_children: int
    standing_index: int
    rosters: tuple[int, ...]
    setup_forms: tuple[str, ...]
    oprf_inputs: int
    linked_children: int


FULL = Scale(
    rounds=15,
    hash_inputs=4_000,
    queries=160,
    no_ops=1_600,
    batch_records=1_000,
    register_records=20_000,
    index_sizes=(20_000, 600_000),
    appends=60,
    leaves=1_000_000,
    console_entries=100_000,
    ledger_rows=50_000,
    held_rows=30_000,
    agreements=10_000,
    decisions=2_000,
    board_rows=20_000,
    roster_children=3_000,
    standing_index=600_000,
    rosters=(100, 1_000, 10_000, 100_000),
    setup_forms=("gcs",),
    oprf_inputs=2_048,
    linked_children=34_000,
)
QUICK = Scale(
    rounds=7,
    hash_inputs=4_000,
    queries=80,
    no_ops=800,
    batch_records=1_000,
    register_records=20_000,
    index_sizes=(20_000,),
    appends=30,
    leaves=20_000,
    console_entries=20_000,
    ledger_rows=5_000,
    held_rows=3_000,
    agreements=10_000,
    decisions=1_000,
    board_rows=2_000,
    roster_children=300,
    standing_index=20_000,
    rosters=(100, 1_000),
    setup_forms=("gcs", "bloom_filter", "raw"),
    oprf_inputs=1_024,
    linked_children=3_000,
)
