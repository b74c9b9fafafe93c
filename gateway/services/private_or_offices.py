"""Which offices stand behind a board: those that took their turn, with the regions on which they have data."""

from collections import defaultdict

from sqlalchemy import Connection

from gateway.persistence.private_or_queries import StoredBoard
from gateway.services.context import Gateway
from gateway.services.members import Members
from gateway.services.private_or_steps import get_stored
from keys.protocol.envelopes import read_unverified
from schemas.agency_kinds import AgencyKind
from schemas.agreement import AgreementState
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.messages.private_or import TurnClaims
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import Offices, TooFewOfficesError, load_parental_rules


def offices_of(gateway: Gateway, connection: Connection, members: Members, stored: StoredBoard) -> Offices:
    """Return the offices whose marks are on a board, all under agreements that are still in force.

    Raises:
        ProblemError: too_few_offices; no_live_board where enough are left, but one has withdrawn: its marks can't be
            taken off.
    """
    rules, regions, is_whole = load_parental_rules()[stored.rules], defaultdict[AgencyKind, list[str]](list), True
    for turn in stored.turns:
        found = get_stored(connection, turn.agreement)
        terms = found.signed.agreement
        if found.standing.state is not AgreementState.ACTIVE or gateway.seconds() >= terms.valid_until:
            is_whole = False
            continue
        # Verified when it was taken; it is the gateway's own row now.
        stated = read_unverified(TurnClaims, turn.statement, MAX_ENVELOPE_CHARACTERS)
        regions[kind_of(members, terms.provider.agency)] += stated.regions
    try:
        offices = Offices(rules, regions)
    except TooFewOfficesError:
        raise ProblemError(ProblemCode.TOO_FEW_OFFICES) from None
    if not is_whole:
        raise ProblemError(ProblemCode.NO_LIVE_BOARD)
    return offices


def kind_of(members: Members, agency: str) -> AgencyKind:
    """Return what kind of agency a member is; raises ProblemError (unknown_member)."""
    member = members.find(agency)
    if member is None:
        raise ProblemError(ProblemCode.UNKNOWN_MEMBER)
    return AgencyKind(member.agency_type)
