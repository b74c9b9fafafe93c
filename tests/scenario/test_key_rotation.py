"""Rotating keys with overlap: questions go on, agreements stay, and new agreements can be made."""

from datetime import timedelta

import pytest

from connectors.key_statements import rotate_key
from demo.province import Agency
from keys.custody.key_ring import KeyKind
from tests.scene import Scene

OVERLAP = timedelta(hours=1)


@pytest.mark.parametrize("kind", [KeyKind.SIGNING, KeyKind.OPENING])
@pytest.mark.parametrize("agency", [Agency.EDUCATION, Agency.CIVIL_AFFAIRS])
def test_questions_go_on_after_a_rotation(scene: Scene, kind: KeyKind, agency: Agency) -> None:
    """Education asks, civil affairs answers: each side's new key is believed through the old one."""
    session = scene.session(agency)
    old = session.connector.keys.ring.current(kind, session.connector.now())
    new = rotate_key(session.connector, session.client, kind, OVERLAP)
    assert session.connector.keys.ring.current(kind, session.connector.now()) == new
    accepted = {record.key_id for record in session.connector.keys.ring.accepted(kind, session.connector.now())}
    assert {old.key_id, new.key_id} <= accepted
    for agency_ in Agency:
        scene.session(agency_).client.refresh_registry()
    results = scene.ask("P01")
    assert any(result.values for result in results)


def test_agreement_made_after_a_rotation_works(scene: Scene) -> None:
    for agency in (Agency.EDUCATION, Agency.CIVIL_AFFAIRS):
        session = scene.session(agency)
        rotate_key(session.connector, session.client, KeyKind.SIGNING, OVERLAP)
    agreement = scene.agree_and_publish("P01")
    assert any(result.values for result in scene.ask("P01", agreement))
