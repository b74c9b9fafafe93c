"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1) over SHA-256: hashes, roots and proofs.

Proofs are computed over a `Subtree`, a function that returns the hash of a complete aligned subtree, so that they work
over a list in memory, over tiles and over a database alike.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Self

from keys.crypto.errors import InvalidInputError, ProofError

Subtree = Callable[[int, int], bytes]
"""`subtree(start, end)` is the hash of leaves start..end-1, where end - start is a power of two that divides start."""

HASH_BYTES = 32
MAX_TREE_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the 32-byte hash of an entry's bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of the node above two 32-byte hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The right edge of a growing tree: the hash of one complete subtree for each bit of its size, largest first.

    Attributes:
        size: number of leaves so far.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if not 0 <= size <= MAX_TREE_SIZE or len(hashes) != size.bit_count():
            raise InvalidInputError(f"a tree of {size} leaves does not have {len(hashes)} complete subtrees")
        if any(len(subtree_hash) != HASH_BYTES for subtree_hash in hashes):
            raise InvalidInputError(f"a hash is {HASH_BYTES} bytes")
        self.size = size
        self._hashes = list(hashes)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The hashes of the complete subtrees, largest first."""
        return tuple(self._hashes)

    def copy(self) -> Self:
        """Return a range that can grow without this one."""
        return type(self)(self.size, self._hashes)

    def append(self, new_leaf_hash: bytes) -> None:
        """Add a leaf by its 32-byte hash."""
        self._hashes.append(new_leaf_hash)
        self.size += 1
        # Every trailing zero bit of the new size is a pair of equal subtrees that has just become complete.
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._hashes.pop()
            self._hashes[-1] = node_hash(self._hashes[-1], right)

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self._hashes:
            return EMPTY_ROOT
        root = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_from_subtrees(size: int, subtree: Subtree) -> bytes:
    """Return the root of a tree of `size` leaves.

    Raises:
        InvalidInputError: the size is negative or above 2^63-1.
    """
    _check_range(0, 0, size)
    return _hash_of(0, size, subtree) if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the audit path of leaf `index`, its sibling first and the root's child last (RFC 6962 section 2.1.1).

    Raises:
        InvalidInputError: there is no such leaf in a tree of that size.
    """
    _check_range(0, index, size - 1)
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_hash_of(middle, end, subtree))
            end = middle
        else:
            path.append(_hash_of(start, middle, subtree))
            start = middle
    return path[::-1]


def prove_consistency(old_size: int, new_size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of `old_size` is a prefix of that of `new_size` (RFC 6962 section 2.1.2).

    Raises:
        InvalidInputError: the old size is above the new one, or one is out of range.
    """
    _check_range(0, old_size, new_size)
    if old_size in {0, new_size}:
        return []
    start, end, proof = 0, new_size, []
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(_hash_of(middle, end, subtree))
            end = middle
        else:
            proof.append(_hash_of(start, middle, subtree))
            start = middle
    if start:
        # The verifier holds the old root, which is this last subtree only when it begins at the first leaf.
        proof.append(_hash_of(start, end, subtree))
    return proof[::-1]


def verify_inclusion(entry_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf hash stands at `index` of the tree with this size and root (RFC 9162 section 2.1.3.2).

    Raises:
        ProofError: it does not, or the proof has another length than it must have.
    """
    if not 0 <= index < size <= MAX_TREE_SIZE:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    node, last, computed = index, size - 1, entry_hash
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    _check_lengths(entry_hash, root, *proof)
    if last != 0 or computed != root:
        raise ProofError("the inclusion proof does not lead to the root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the old tree is a prefix of the new one (RFC 9162 section 2.1.4.2; from size 0 as C2SP tlog-witness).

    Raises:
        ProofError: it is not, or the proof has another length than it must have.
    """
    if not 0 <= old_size <= new_size <= MAX_TREE_SIZE:
        raise ProofError(f"a tree of {new_size} leaves can't grow from one of {old_size}")
    _check_lengths(old_root, new_root, *proof)
    if old_size in {0, new_size}:
        _verify_trivial_consistency(old_size, old_root, new_size, new_root, proof)
        return
    # A power of two is one complete subtree, whose hash the verifier holds already.
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not path:
        raise ProofError("the consistency proof is empty")
    old_computed, new_computed = _fold_consistency(old_size, new_size, path)
    if old_computed != old_root or new_computed != new_root:
        raise ProofError("the consistency proof does not lead to both roots")


def _verify_trivial_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    if proof:
        raise ProofError("no consistency proof is needed here, and none may be given")
    if old_size == new_size and old_root != new_root:
        raise ProofError("two roots for one size")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise ProofError("the root of the empty tree is another one")


def _fold_consistency(old_size: int, new_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_computed = new_computed = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long")
        if node & 1 or node == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError("the consistency proof is too short")
    return old_computed, new_computed


def _hash_of(start: int, end: int, subtree: Subtree) -> bytes:
    width = end - start
    if width.bit_count() == 1:
        return subtree(start, end)
    middle = start + _split(width)
    return node_hash(_hash_of(start, middle, subtree), _hash_of(middle, end, subtree))


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _check_range(low: int, value: int, high: int) -> None:
    if not low <= value <= high <= MAX_TREE_SIZE:
        raise InvalidInputError(f"{value} is not between {low} and {high}")


def _check_lengths(*hashes: bytes) -> None:
    if any(len(given) != HASH_BYTES for given in hashes):
        raise ProofError(f"every hash of a proof is {HASH_BYTES} bytes")
