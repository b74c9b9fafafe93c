"""The tree against published roots, a naive reference written from the RFC's definition, and tampering."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.crypto import merkle
from keys.crypto.errors import InvalidInputError, ProofError
from keys.crypto.merkle import CompactRange

# The test leaves and roots of Certificate Transparency's own implementations (sizes 1 to 8).
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:middle]) + naive_root(leaves[middle:])).digest()


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    if index < middle:
        return [*naive_path(index, leaves[:middle]), naive_root(leaves[middle:])]
    return [*naive_path(index - middle, leaves[middle:]), naive_root(leaves[:middle])]


def naive_consistency(old_size: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if old_size == len(leaves):
        return [] if whole else [naive_root(leaves)]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    if old_size <= middle:
        return [*naive_consistency(old_size, leaves[:middle], whole=whole), naive_root(leaves[middle:])]
    return [*naive_consistency(old_size - middle, leaves[middle:], whole=False), naive_root(leaves[:middle])]


def leaves_of(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


def subtree_over(leaves: Sequence[bytes]) -> merkle.Subtree:
    def subtree(start: int, end: int) -> bytes:
        width = end - start
        assert width.bit_count() == 1
        assert start % width == 0
        assert 0 <= start < end <= len(leaves)
        return naive_root(leaves[start:end])

    return subtree


def test_roots_of_certificate_transparency() -> None:
    frontier = CompactRange()
    for leaf, root in zip(CT_LEAVES, CT_ROOTS, strict=True):
        frontier.append(merkle.leaf_hash(bytes.fromhex(leaf)))
        assert frontier.root().hex() == root


def test_published_three_leaf_tree(load_vectors: Callable[[str], Any]) -> None:
    vectors = load_vectors("audit-log-checkpoint.json")
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaf_hashes"]]
    roots = [bytes.fromhex(root) for root in vectors["roots"]]
    inclusion = [base64.b64decode(text) for text in vectors["inclusion_of_1_in_3"]]
    consistency = [base64.b64decode(text) for text in vectors["consistency_2_to_3"]]
    subtree = subtree_over(leaves)
    assert merkle.leaf_hash(vectors["entry_0"].encode()) == leaves[0]
    assert [merkle.root_from_subtrees(size, subtree) for size in (1, 2, 3)] == roots
    assert merkle.prove_inclusion(1, 3, subtree) == inclusion
    assert merkle.prove_consistency(2, 3, subtree) == consistency
    merkle.verify_inclusion(leaves[1], 1, 3, inclusion, roots[2])
    merkle.verify_consistency(2, roots[1], 3, roots[2], consistency)


def test_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert CompactRange().root() == merkle.root_from_subtrees(0, subtree_over([])) == merkle.EMPTY_ROOT


@given(st.integers(0, 300))
@settings(deadline=None)
def test_compact_range_follows_the_definition(size: int) -> None:
    leaves = leaves_of(size)
    frontier = CompactRange()
    for leaf in leaves:
        frontier.append(leaf)
    assert frontier.size == size
    assert frontier.root() == naive_root(leaves) == merkle.root_from_subtrees(size, subtree_over(leaves))
    assert CompactRange(frontier.size, frontier.hashes).root() == frontier.root()


def test_copy_grows_alone() -> None:
    frontier = CompactRange()
    frontier.append(merkle.leaf_hash(b"0"))
    copied = frontier.copy()
    copied.append(merkle.leaf_hash(b"1"))
    assert (frontier.size, frontier.root()) == (1, naive_root(leaves_of(1)))
    assert (copied.size, copied.root()) == (2, naive_root(leaves_of(2)))


@pytest.mark.parametrize(("size", "count"), [(-1, 0), (2**63, 1), (3, 1), (0, 1)])
def test_compact_range_needs_a_hash_for_each_bit(size: int, count: int) -> None:
    with pytest.raises(InvalidInputError):
        CompactRange(size, [bytes(32)] * count)
    with pytest.raises(InvalidInputError):
        CompactRange(1, [bytes(31)])


@given(st.integers(1, 260).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
@settings(deadline=None)
def test_inclusion_proofs_follow_the_definition_and_verify(case: tuple[int, int]) -> None:
    index, size = case
    leaves = leaves_of(size)
    proof = merkle.prove_inclusion(index, size, subtree_over(leaves))
    assert proof == naive_path(index, leaves)
    merkle.verify_inclusion(leaves[index], index, size, proof, naive_root(leaves))


@given(st.integers(1, 260).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
@settings(deadline=None)
def test_consistency_proofs_follow_the_definition_and_verify(case: tuple[int, int]) -> None:
    old_size, size = case
    leaves = leaves_of(size)
    proof = merkle.prove_consistency(old_size, size, subtree_over(leaves))
    assert proof == (naive_consistency(old_size, leaves) if old_size else [])
    merkle.verify_consistency(old_size, naive_root(leaves[:old_size]), size, naive_root(leaves), proof)


def _changed(proof: Sequence[bytes]) -> list[list[bytes]]:
    changes = [[*proof, bytes(32)], [bytes(32), *proof]]
    for position, given_hash in enumerate(proof):
        before, after = proof[:position], proof[position + 1 :]
        changes.append([*before, *after])
        changes.append([*before, given_hash[:-1], *after])
        for byte in range(len(given_hash)):
            flipped = given_hash[:byte] + bytes([given_hash[byte] ^ 1]) + given_hash[byte + 1 :]
            changes.append([*before, flipped, *after])
    return changes


@pytest.mark.parametrize("size", [1, 2, 5, 8, 11])
def test_tampered_inclusion_proofs_are_refused(size: int) -> None:
    leaves = leaves_of(size)
    root = naive_root(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.prove_inclusion(index, size, subtree_over(leaves))
        other = merkle.leaf_hash(b"other")
        for wrong in _changed(proof):
            _refuse_inclusion(leaf, index, size, wrong, root)
        for position in (-1, index + 1, size, size + 1):
            _refuse_inclusion(leaf, position, size, proof, root)
        _refuse_inclusion(other, index, size, proof, root)
        _refuse_inclusion(leaf, index, size, proof, other)
        _refuse_inclusion(leaf, index, 2**63, proof, root)


def _refuse_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    with pytest.raises(ProofError):
        merkle.verify_inclusion(leaf, index, size, proof, root)


def test_tampered_consistency_proofs_are_refused() -> None:
    size = 11
    leaves = leaves_of(size)
    root, other = naive_root(leaves), merkle.leaf_hash(b"other")
    for old_size in range(size + 1):
        old_root = naive_root(leaves[:old_size])
        proof = merkle.prove_consistency(old_size, size, subtree_over(leaves))
        for wrong in _changed(proof):
            _refuse_consistency(old_size, old_root, size, root, wrong)
        _refuse_consistency(old_size, other, size, root, proof)
        if old_size:
            _refuse_consistency(old_size, old_root, size, other, proof)
            _refuse_consistency(old_size - 1, old_root, size, root, proof)
            _refuse_consistency(old_size, old_root, old_size - 1, root, proof)


def _refuse_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    with pytest.raises(ProofError):
        merkle.verify_consistency(old_size, old_root, size, root, proof)


def test_a_proof_that_stops_below_the_root_is_refused() -> None:
    leaf, right = leaves_of(2)
    _refuse_inclusion(leaf, 0, 2, [], leaf)
    _refuse_inclusion(leaf, 0, 4, [right], merkle.node_hash(leaf, right))


def test_a_node_can_not_be_cut_elsewhere_than_in_the_middle() -> None:
    left, right = leaves_of(2)
    root = merkle.node_hash(left, right)
    _refuse_inclusion(b"", 1, 2, [left + right], root)
    _refuse_inclusion(left + right[:1], 0, 2, [right[1:]], root)
    _refuse_consistency(1, b"", 2, root, [left + right])
    _refuse_consistency(1, left + right[:1], 2, root, [right[1:]])


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    root = naive_root(leaves_of(5))
    merkle.verify_consistency(5, root, 5, root, [])
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 0, merkle.EMPTY_ROOT, [])
    _refuse_consistency(5, root, 5, bytes(32), [])
    _refuse_consistency(5, root, 5, root, [root])
    _refuse_consistency(0, root, 5, root, [])
    _refuse_consistency(0, merkle.EMPTY_ROOT, 0, bytes(32), [])
    _refuse_consistency(3, root, 5, root, [])


def test_questions_out_of_range_are_refused() -> None:
    subtree = subtree_over(leaves_of(3))
    for ask in (
        lambda: merkle.prove_inclusion(3, 3, subtree),
        lambda: merkle.prove_inclusion(-1, 3, subtree),
        lambda: merkle.prove_inclusion(0, 0, subtree),
        lambda: merkle.prove_consistency(4, 3, subtree),
        lambda: merkle.prove_consistency(-1, 3, subtree),
        lambda: merkle.root_from_subtrees(-1, subtree),
        lambda: merkle.root_from_subtrees(2**63, subtree),
    ):
        with pytest.raises(InvalidInputError):
            ask()
