"""How right a rehearsal was, where the right links are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from connectors.rehearsal.hash_records import UNUSABLE, HashedFile
from connectors.rehearsal.link_files import Linked
from connectors.rehearsal.links_file import LinksError
from schemas.messages.match import Outcome


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Counts of links. A link with a row that could not be used counts as missed.

    Attributes:
        links: right links in all.
        matches: pairs that were called a match.
        right_matches: those of them that are right.
        right_possible_matches: right links among the possible matches, for a reviewer to find.
        unusable_links: right links of which a row could not be used.
    """

    links: int
    matches: int
    right_matches: int
    right_possible_matches: int
    unusable_links: int

    @property
    def precision(self) -> float | None:
        """Share of the matches that are right; None without matches."""
        return self.right_matches / self.matches if self.matches else None

    @property
    def recall(self) -> float | None:
        """Share of the right links that were found; None without links."""
        return self.right_matches / self.links if self.links else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None without links and matches."""
        both = self.matches + self.links
        return 2 * self.right_matches / both if both else None

    def as_json(self) -> Mapping[str, object]:
        """Return it as JSON-ready values."""
        return {
            "links": self.links,
            "matches": self.matches,
            "right_matches": self.right_matches,
            "right_possible_matches": self.right_possible_matches,
            "unusable_links": self.unusable_links,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


def evaluate_links(links: Sequence[tuple[str, str]], a: HashedFile, b: HashedFile, linked: Linked) -> Evaluation:
    """Compare what was linked with the right links.

    Args:
        links: pairs of locators; both files must have been hashed with these looked for.
        a: the file that asks.
        b: the file that is the index.
        linked: what linking them came to.

    Raises:
        LinksError: `not_there`, a link names a row that the data doesn't have.
    """
    places = [_place(link, line, a, b) for line, link in enumerate(links, 2)]
    usable = {place for place in places if UNUSABLE not in place}
    matches = _pairs(linked, Outcome.MATCH)
    return Evaluation(
        links=len(places),
        matches=len(matches),
        right_matches=len(usable & matches),
        right_possible_matches=len(usable & _pairs(linked, Outcome.POSSIBLE_MATCH)),
        unusable_links=sum(UNUSABLE in place for place in places),
    )


def _place(link: tuple[str, str], line: int, a: HashedFile, b: HashedFile) -> tuple[int, int]:
    if link[0] not in a.located or link[1] not in b.located:
        raise LinksError("not_there", line)
    return a.located[link[0]], b.located[link[1]]


def _pairs(linked: Linked, outcome: Outcome) -> set[tuple[int, int]]:
    chosen = np.flatnonzero(linked.judgement.outcome == list(Outcome).index(outcome))
    return set(zip(chosen.tolist(), linked.partner[chosen].tolist(), strict=True))
