"""One question on its way: who asks, over which connection, under which agreement, about which rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from connectors.context import Connector
from connectors.gateway_client import GatewayClient, QueryContext
from connectors.requester.hashes import HashedRows, obtain_hashes
from connectors.requester.roster import RosterRow
from connectors.state.questions import Question, ResultVault
from connectors.state.runs import RunStore
from connectors.trust import TrustStore
from schemas.agreement_terms import get_key_set
from schemas.key_set import KeySet
from schemas.linkage_keys import LinkageKey
from schemas.messages.match import SubjectKind


def vault_of(connector: Connector) -> ResultVault:
    """Return where an agency keeps its questions and their results."""
    return ResultVault(connector.state, connector.storage_key(), connector.random)


UNUSABLE: Final = "unusable"
"""What becomes of a row that could not be asked about."""


class Step(StrEnum):
    """What is being done with the rows of a question."""

    FIRST_KEYS = "first_keys"
    OTHER_KEYS = "other_keys"
    ANSWERS = "answers"


Progress = Callable[[Step, int, int], None]
"""Takes the step, the rows that the work done so far in all steps would do, and the rows of the question."""


@dataclass(frozen=True)
class OpenQuestion:
    """A question with all that asking it takes.

    Attributes:
        connector: the asking agency's.
        client: the connection to the gateway.
        trust: whom the agency believes.
        question: as it is kept.
        query: under which agreement and by whom it is asked.
        rows: the roster rows that can be asked about, by number.
    """

    connector: Connector
    client: GatewayClient
    trust: TrustStore
    question: Question
    query: QueryContext
    rows: Mapping[int, RosterRow] = field(repr=False)

    @property
    def vault(self) -> ResultVault:
        """Where the question and its results are kept."""
        return vault_of(self.connector)

    @property
    def runs(self) -> RunStore:
        """Where the question's runs are kept."""
        return RunStore(self.connector.state)

    @property
    def key_set(self) -> KeySet:
        """The key set of the agreement; raises ProblemError (agreement_invalid) for one that is not known."""
        return get_key_set(self.query.agreement)

    def first_keys(self, row: RosterRow) -> RosterRow:
        """Return the row with the keys that are asked for first: those that can settle it, or a guardian's."""
        return row.only(self._is_first)

    def other_keys(self, row: RosterRow) -> RosterRow:
        """Return the row with the keys that are asked for only if it is not settled."""
        return row.only(lambda key: not self._is_first(key))

    def obtain_hashes(self, rows: Sequence[RosterRow], epoch: int | None) -> HashedRows:
        """Obtain the hashes of the rows' keys; raises as `connectors.requester.hashes.obtain_hashes`."""
        return obtain_hashes(self.connector, self.client, self.trust, self.query, rows, epoch)

    def _is_first(self, key: LinkageKey) -> bool:
        if self.question.subject is SubjectKind.GUARDIAN:
            return True
        return not key.is_flagged and key.key_type in self.key_set.settled_by
