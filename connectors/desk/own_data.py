"""The state of this agency's own data: what its register is, and which index of it was published when."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from connectors.agencies import agency_of
from connectors.console.context import Console
from connectors.data_sets import DataSet
from connectors.desk.index_refreshing import last_publication, wants_decision
from connectors.desk.purposes_for import name_agency
from connectors.state.agreements import AgreementCopy, list_agreements
from connectors.state.database import reading
from connectors.state.index_refreshes import IndexRefresh, list_refreshes
from connectors.state.tables import index_record, publication
from schemas.agreement import AgreementState
from schemas.faults import Wording
from schemas.purpose_catalogue import Purpose, load_purposes

_OPEN = frozenset({AgreementState.ACTIVE, AgreementState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index of one agreement under which this agency is asked.

    Attributes:
        digest: of the agreement.
        purpose: for what.
        requester: who asks.
        state: of the agreement.
        records: in the index that the gateway has activated.
        published_at: POSIX seconds of that publication, None if there is none.
        is_unfinished: whether a publication was begun and not activated.
        refresh: what is planned and was done by the clock, None where nothing is.
    """

    digest: str
    purpose: Purpose
    requester: Wording
    state: AgreementState
    records: int
    published_at: int | None
    is_unfinished: bool
    refresh: IndexRefresh | None

    @property
    def wants_decision(self) -> bool:
        """Whether the register shrank, and the data steward is to say whether that is right."""
        return wants_decision(self.refresh, self.published_at)


@dataclass(frozen=True, slots=True)
class OwnData:
    """The register's data set, whether a mapping is set for it, and the indexes of it."""

    register: DataSet
    is_mapped: bool
    data_sets: tuple[DataSet, ...]
    indexes: tuple[IndexState, ...]


def tell_own_data(console: Console) -> OwnData:
    """Return the state of the agency's data; no value of it."""
    settings = console.connector.settings
    agency = agency_of(settings.agency_type)
    ours = [copy for copy in list_agreements(console.connector.state) if _is_asked(console, copy)]
    with reading(console.connector.state) as connection:
        indexes = [_index_of(connection, console, copy) for copy in ours]
    indexes.sort(key=lambda one: (one.purpose.id, one.requester.en))
    return OwnData(agency.index_data_set, settings.register_mapping is not None, agency.data_sets, tuple(indexes))


def _is_asked(console: Console, copy: AgreementCopy) -> bool:
    is_ours = copy.agreement.provider.agency == console.connector.agency and copy.standing.state in _OPEN
    return is_ours and load_purposes()[copy.agreement.purpose].has_index


def _index_of(connection: Connection, console: Console, copy: AgreementCopy) -> IndexState:
    digest = copy.standing.digest
    of_agreement = publication.c.agreement == digest
    is_active = publication.c.state == "active"
    published_at = last_publication(connection, digest)
    unfinished = connection.execute(select(func.count()).where(of_agreement, ~is_active)).scalar_one()
    records = connection.execute(select(func.count()).where(index_record.c.agreement == digest)).scalar_one()
    return IndexState(
        digest=digest,
        purpose=load_purposes()[copy.agreement.purpose],
        requester=name_agency(console, copy.agreement.requester.agency),
        state=copy.standing.state,
        records=0 if published_at is None else records,
        published_at=published_at,
        is_unfinished=bool(unfinished),
        refresh=list_refreshes(connection).get(digest),
    )
