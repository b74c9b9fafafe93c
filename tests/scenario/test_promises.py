"""The gateway's promises: kept ones are proven from its log, a broken one is named and stays as evidence."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from connectors.check_promises import MERGE_DELAY_SECONDS, check_promises, is_proven
from connectors.context import Connector
from connectors.state.alerts import list_alerts
from connectors.state.database import writing
from connectors.state.promises import Promise, list_unchecked
from connectors.state.tables import promise
from demo.province import Agency
from schemas.formats import digest_of
from tests.scene import Scene

PUBLISHED_WITHIN = timedelta(seconds=MERGE_DELAY_SECONDS)
MANY = 10_000


def promises_of_a_question(scene: Scene) -> list[Promise]:
    """Ask, and return the promises that came with it; other tests leave forged ones in the same connector."""
    state = scene.session(Agency.CIVIL_AFFAIRS).connector.state
    before = {kept.envelope for kept in list_unchecked(state, MANY)}
    scene.ask("P04")
    return [kept for kept in list_unchecked(state, MANY) if kept.envelope not in before]


def alerted_promises(connector: Connector) -> set[str]:
    return {subject for _, code, subject in list_alerts(connector.state) if code == "promise_not_in_log"}


def test_promises_of_a_question_are_proven(scene: Scene) -> None:
    session = scene.session(Agency.CIVIL_AFFAIRS)
    asked = {kept.envelope for kept in promises_of_a_question(scene)}
    assert len(asked) >= 4
    due = set(asked)
    deadline = session.connector.now() + PUBLISHED_WITHIN
    while due and session.connector.now() < deadline:
        check_promises(session.connector, session.client)
        due &= {kept.envelope for kept in list_unchecked(session.connector.state, MANY)}
    assert not due
    assert not asked & alerted_promises(session.connector)


def test_a_promise_that_is_not_in_the_log_raises_an_alert_in_time(scene: Scene) -> None:
    session = scene.session(Agency.PUBLIC_SECURITY)
    connector = session.connector
    envelope = digest_of(connector.random(8))
    with writing(connector.state) as connection:
        connection.execute(
            insert(promise).values(
                envelope=envelope,
                leaf=digest_of(b"never logged"),
                shard=2026,
                leaf_index=1,
                token="a.b.c",
                received_at=0,
                is_own_request=True,
            )
        )
    early = replace(
        connector, now=lambda: connector.now().fromtimestamp(MERGE_DELAY_SECONDS - 1, connector.now().tzinfo)
    )
    assert check_promises(early, session.client).broken == 0
    assert check_promises(connector, session.client).broken >= 1
    assert ("promise_not_in_log", envelope) in {(code, subject) for _, code, subject in list_alerts(connector.state)}


def test_a_proof_is_good_for_its_leaf_place_and_log_only(scene: Scene) -> None:
    session = scene.session(Agency.CIVIL_AFFAIRS)
    connector, pin = session.connector, session.connector.gateway
    kept = promises_of_a_question(scene)[0]
    deadline = connector.now() + PUBLISHED_WITHIN
    document = None
    while document is None and connector.now() < deadline:
        document = session.client.find_inclusion(kept.leaf)
    assert document is not None
    assert is_proven(pin, kept, document)
    assert not is_proven(pin, replace(kept, leaf=digest_of(b"another")), document)
    assert not is_proven(pin, replace(kept, leaf_index=kept.leaf_index + 1), document)
    assert not is_proven(pin.model_copy(update={"log_name": "another/log"}), kept, document)
    assert not is_proven(pin, kept, document.model_copy(update={"index": document.index + 1}))
    assert not is_proven(pin, kept, document.model_copy(update={"checkpoint": "no note"}))
