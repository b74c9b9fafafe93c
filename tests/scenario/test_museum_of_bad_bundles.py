"""Bad bundles: each is refused with its code at its place; the two good ones they were made from are not."""

from pathlib import Path

import pytest

from gateway.log.bundle_verification import BundleError, BundleKind, verify_bundle
from tests.audit_log import LOG_KEY, NOW
from tests.museum.bundles.catalogue import EXHIBITS
from tests.museum.bundles.exhibits import Exhibit
from tests.museum.bundles.forge import POLICY, evidence_of, log_of, pack
from tests.museum.bundles.honest import SELECTED, SIZE, Honest, build
from tests.museum.bundles.signed_entries import GOOD, KEPT


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    return build(tmp_path_factory.mktemp("museum"))


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: f"{exhibit.of}: {exhibit.name}")
def test_a_bad_bundle_is_refused(honest: Honest, exhibit: Exhibit) -> None:
    with pytest.raises(BundleError) as refused:
        verify_bundle(exhibit.make(honest, exhibit.of), [LOG_KEY], policy=POLICY, now=NOW)
    where = refused.value.where
    assert (refused.value.code, where.file, where.entry if exhibit.entry is not None else None) == (
        exhibit.code,
        exhibit.file,
        exhibit.entry,
    )
    if exhibit.offset is not None:
        assert where.offset == exhibit.offset


def test_no_two_exhibits_have_one_name() -> None:
    assert len({exhibit.file_name for exhibit in EXHIBITS}) == len(EXHIBITS) >= 40


def test_the_good_ones_are_good(honest: Honest) -> None:
    log = verify_bundle(honest.log, [LOG_KEY], policy=POLICY, now=NOW)
    evidence = verify_bundle(honest.evidence, [LOG_KEY], policy=POLICY, now=NOW)
    assert (log.kind, log.entries, log.disclosures) == (BundleKind.LOG, SIZE, 2 * SIZE)
    assert (evidence.kind, evidence.entries, evidence.disclosures) == (BundleKind.EVIDENCE, len(SELECTED), 8)
    assert log.root_hash == evidence.root_hash
    assert log.has_quorum
    assert evidence.has_quorum


def test_what_is_written_by_hand_is_what_is_exported(honest: Honest) -> None:
    """The positive control of the forger's tools: without a fault they write the good bundles."""
    kept = {int(path[12:-6]): data for path, data in honest.evidence_files.items() if path.startswith("disclosures/")}
    bare = {path: data for path, data in evidence_of(honest.entries, SELECTED).items() if path != "manifest.json"}
    assert bare.items() <= honest.evidence_files.items()
    assert set(kept) == set(SELECTED)
    exported = {path: data for path, data in honest.log_files.items() if path.startswith(("tile/", "checkpoint"))}
    assert exported.items() <= log_of(honest.entries).items()
    assert verify_bundle(pack(log_of(GOOD, KEPT)), [LOG_KEY], policy=POLICY, now=NOW).disclosures == 10
    assert verify_bundle(pack(evidence_of(GOOD, [0, 4], KEPT)), [LOG_KEY], policy=POLICY, now=NOW).disclosures == 4


def test_the_museum_is_the_same_each_time(honest: Honest, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert (again.log, again.evidence) == (honest.log, honest.evidence)
