"""Not a byte of a bundle of either kind may be another: each is signed, is a hash of what is, or follows from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.log.bundle_verification import BundleError, verify_bundle
from tests.audit_log import LOG_KEY, NOW
from tests.museum.bundles.forge import POLICY, Files, described, evidence_of, log_of, pack
from tests.museum.bundles.signed_entries import GOOD, KEPT

SIZE = 2
BUNDLES: dict[str, Files] = {
    "log": log_of(GOOD[:SIZE], {0: KEPT[0]}),
    "evidence": evidence_of(GOOD[:SIZE], [1], {1: KEPT[1]}),
}
KINDS = pytest.mark.parametrize("kind", BUNDLES)


def _is_refused(bundle: bytes, *, by_policy: bool = False) -> bool:
    try:
        verify_bundle(bundle, [LOG_KEY], policy=POLICY if by_policy else None, now=NOW)
    except BundleError:
        return True
    return False


@KINDS
def test_the_small_bundles_are_good(kind: str) -> None:
    assert not _is_refused(pack(BUNDLES[kind]))
    assert not _is_refused(pack(BUNDLES[kind]), by_policy=True)


@KINDS
def test_each_byte_matters(kind: str) -> None:
    """Even to who trusts the log's key alone and no witness."""
    bundle = bytearray(pack(BUNDLES[kind]))
    accepted = []
    for offset in range(len(bundle)):
        bundle[offset] ^= 1 << offset % 8
        if not _is_refused(bytes(bundle)):
            accepted.append(offset)
        bundle[offset] ^= 1 << offset % 8
    assert accepted == []


@KINDS
def test_each_byte_of_a_file_matters_whatever_the_manifest_says(kind: str) -> None:
    """With checksums and manifest made anew: nothing stands on them."""
    accepted = []
    for path, data in BUNDLES[kind].items():
        for offset in range(len(data)) if path != "manifest.json" else ():
            changed = data[:offset] + bytes([data[offset] ^ 1 << offset % 8]) + data[offset + 1 :]
            if not _is_refused(pack(described(BUNDLES[kind] | {path: changed}, SIZE)), by_policy=True):
                accepted.append((path, offset))
    assert accepted == []


@KINDS
@settings(max_examples=100)
@given(data=st.data())
def test_no_piece_may_be_cut_out_or_put_in(kind: str, data: st.DataObject) -> None:
    bundle = pack(BUNDLES[kind])
    start = data.draw(st.integers(0, len(bundle)))
    length = data.draw(st.integers(0, 80))
    changed = bundle[:start] + data.draw(st.binary(max_size=80)) + bundle[start + length :]
    assert changed == bundle or _is_refused(changed)
