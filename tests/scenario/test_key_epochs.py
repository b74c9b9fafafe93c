"""A new key epoch: new handles and hashes, the old one overlaps, and when it ends nothing of it answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.context import Connector
from connectors.epochs import destroy_ended_epochs
from connectors.evaluation import get_evaluation_key, latest_epoch
from connectors.publisher.publish_index import IndexPublisher, PublishedIndex
from connectors.register import open_register
from connectors.state.index_records import count_records
from schemas.problem import ProblemError
from tests.scene import Scene

OVERLAP = timedelta(hours=1)


def begin_epoch(scene: Scene, purpose: str, digest: str) -> PublishedIndex:
    provider = scene.session(scene.plan(purpose).provider)
    publisher = IndexPublisher(provider.connector, provider.client, open_register(provider.connector))
    published = publisher.publish(digest, lambda *_: None, begins_epoch=True, overlap=OVERLAP)
    scene.session(scene.plan(purpose).requester).client.refresh_registry()
    return published


def later(connector: Connector, delay: timedelta) -> Connector:
    return replace(connector, now=lambda: connector.now() + delay)


def test_new_epoch_answers_under_new_handles(scene: Scene) -> None:
    agreement = scene.agree_and_publish("P01")
    before = scene.ask("P01", agreement)
    published = begin_epoch(scene, "P01", agreement.digest())
    after = scene.ask("P01", agreement)
    assert published.epoch == 2
    assert published.publication is not None
    assert published.publication.mode == "full"
    assert [result.outcome for result in after] == [result.outcome for result in before]
    handles = [{result.handle for result in results if result.handle} for results in (before, after)]
    assert handles[0]
    assert not handles[0] & handles[1]


def test_old_epoch_is_destroyed_when_its_overlap_is_over(scene: Scene) -> None:
    agreement = scene.agree_and_publish("P01")
    digest = agreement.digest()
    begin_epoch(scene, "P01", digest)
    connector = scene.session(scene.plan("P01").provider).connector
    destroy_ended_epochs(later(connector, OVERLAP - timedelta(minutes=1)))
    assert get_evaluation_key(connector, digest, 1)
    destroy_ended_epochs(later(connector, OVERLAP))
    with pytest.raises(ProblemError, match="epoch_unknown"):
        get_evaluation_key(connector, digest, 1)
    assert count_records(connector.state, digest, 1) == 0
    assert latest_epoch(connector, digest) == 2
    assert any(result.values for result in scene.ask("P01", agreement))
