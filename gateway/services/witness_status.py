"""Where the witnesses stand: the policy in force, each one's newest cosignature, what is witnessed and since when."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from gateway.log.timestamp import parse_timestamp
from gateway.persistence.engine import read_transaction
from gateway.persistence.witness_queries import (
    WitnessedTree,
    find_log_start,
    find_policy,
    find_witnessed,
    list_faults,
    list_states,
)
from gateway.services.context import Gateway
from gateway.services.witness_keys import WitnessKey, list_witness_keys
from keys.crypto.witness_policy_format import parse_policy

LATE_SECONDS = 300
"""A witness that has not cosigned for so long is late: five heartbeats."""


@dataclass(frozen=True, slots=True)
class WitnessStanding:
    """One witness of the policy, or a member's witness key that the policy does not count.

    Attributes:
        name: of its key, `<agency>/witness`.
        agency: whose it is; empty for a witness that is no member.
        last_size: size of the newest tree of the newest shard that it cosigned.
        last_time_at: when it last did, by its own clock.
        is_late: it has not cosigned for `LATE_SECONDS`.
        is_counted: the policy in force names its key.
        fault: why it gives no cosignature, where that is known: `unreachable`, `witness_ahead`, …
    """

    name: str
    agency: str
    last_size: int | None
    last_time_at: datetime | None
    is_late: bool
    is_counted: bool
    fault: str | None


@dataclass(frozen=True, slots=True)
class NewestWitnessed:
    """The largest tree that a quorum cosigned, and the last moment at which that quorum did."""

    shard: int
    size: int
    witnessed_at: datetime


@dataclass(frozen=True, slots=True)
class WitnessStatus:
    """How the log is witnessed; `unwitnessed_seconds` counts from the newest witnessed tree, else from the log's start.

    Attributes:
        policy: text of the policy in force (C2SP tlog-policy), None where there is none.
        policy_adopted_at: since when it is in force.
        quorum_size: the smallest number of witnesses that suffices, 0 without a policy.
        witnesses: all of the policy and all keys that members stated, by name.
        newest_witnessed: None before the first.
        unwitnessed_seconds: how long ago the log was last witnessed.
        may_release: whether requests are answered (`unwitnessed_hours`).
    """

    policy: str | None
    policy_adopted_at: datetime | None
    quorum_size: int
    witnesses: tuple[WitnessStanding, ...]
    newest_witnessed: NewestWitnessed | None
    unwitnessed_seconds: int
    may_release: bool


def witness_status(gateway: Gateway) -> WitnessStatus:
    """Return how the log is witnessed now."""
    members = list_witness_keys(gateway)
    with read_transaction(gateway.engine) as connection:
        stored = find_policy(connection)
        tree = find_witnessed(connection)
        seconds = unwitnessed_seconds(connection, tree, gateway.seconds())
        policy = None if stored is None else parse_policy(stored.policy)
        counted = () if policy is None else policy.witnesses
        agencies = {key.key: key.agency for key in members}
        keys = [WitnessKey(agencies.get(witness.key, ""), witness.key, witness.url or "") for witness in counted]
        keys += [key for key in members if key.key not in {one.key for one in keys}]
        standings = _standings(connection, keys, len(counted), gateway.seconds())
    return WitnessStatus(
        policy=None if stored is None else stored.policy.decode(),
        policy_adopted_at=None if stored is None else datetime.fromtimestamp(stored.adopted_at, UTC),
        quorum_size=0 if policy is None else policy.quorum_size,
        witnesses=standings,
        newest_witnessed=None
        if tree is None
        else NewestWitnessed(tree.shard, tree.size, datetime.fromtimestamp(tree.witnessed_at, UTC)),
        unwitnessed_seconds=seconds,
        may_release=not is_overdue(gateway, stored is not None, seconds),
    )


def is_overdue(gateway: Gateway, has_policy: bool, seconds: int) -> bool:  # noqa: FBT001 - a fact, no switch
    """Return whether nothing may be exchanged, `seconds` after the log was last witnessed (`unwitnessed_hours`).

    With 0 hours every request waits for the witnesses itself.
    """
    hours = gateway.settings.unwitnessed_hours
    return not has_policy if hours == 0 else seconds > hours * 3600


def unwitnessed_seconds(connection: Connection, tree: WitnessedTree | None, now_seconds: int) -> int:
    """Return the seconds since the log was last witnessed, or since its first leaf where it never was."""
    if tree is not None:
        return max(0, now_seconds - tree.witnessed_at)
    started = find_log_start(connection)
    return 0 if started is None else max(0, now_seconds - int(parse_timestamp(started).timestamp()))


def _standings(
    connection: Connection, keys: list[WitnessKey], counted: int, now_seconds: int
) -> tuple[WitnessStanding, ...]:
    states = {state.witness: state for state in reversed(list_states(connection))}
    faults = {fault.witness: fault.fault for fault in list_faults(connection)}
    standings = []
    for place, key in enumerate(keys):
        state = states.get(key.key.name)
        standings.append(
            WitnessStanding(
                name=key.key.name,
                agency=key.agency,
                last_size=None if state is None else state.size,
                last_time_at=None if state is None else datetime.fromtimestamp(state.signed_at, UTC),
                is_late=state is None or now_seconds - state.signed_at > LATE_SECONDS,
                is_counted=place < counted,
                fault=faults.get(key.key.name),
            )
        )
    return tuple(sorted(standings, key=lambda one: one.name))
