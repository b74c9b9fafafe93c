"""When each witness of the policy in force signed last, for the rule about late ones."""

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from gateway.alerts.facts import WitnessState
from gateway.persistence.witness_tables import witness_policy, witness_state
from keys.crypto.witness_policy_format import parse_policy


def list_witness_states(connection: Connection) -> tuple[WitnessState, ...]:
    """Return the witnesses of the newest policy; none before the first.

    A witness is waited for since it stands in a policy without a break.
    """
    rows = connection.execute(select(witness_policy).order_by(witness_policy.c.id.desc())).all()
    signed = {
        row.witness: datetime.fromtimestamp(row.signed_at, UTC)
        for row in connection.execute(
            select(witness_state.c.witness, func.max(witness_state.c.signed_at).label("signed_at")).group_by(
                witness_state.c.witness
            )
        )
    }
    policies = [(row.adopted_at, {witness.name for witness in parse_policy(row.policy).witnesses}) for row in rows]
    return tuple(
        WitnessState(name, _required_from_at(name, policies), signed.get(name)) for name in sorted(_names(policies))
    )


def _names(policies: list[tuple[int, set[str]]]) -> set[str]:
    return policies[0][1] if policies else set()


def _required_from_at(name: str, policies: list[tuple[int, set[str]]]) -> datetime:
    """Return when the oldest policy was adopted since which all policies name the witness; newest first."""
    since = policies[0][0]
    for adopted_at, names in policies:
        if name not in names:
            break
        since = adopted_at
    return datetime.fromtimestamp(since, UTC)
