"""An index is refreshed by the clock at a real gateway: what changed is published, under the same key epoch."""

from dataclasses import replace

from connectors.evaluation import latest_epoch
from connectors.publisher.refresh_indexes import IndexRefresher, publish_with
from connectors.state.database import reading, writing
from connectors.state.index_records import count_records
from connectors.state.index_refreshes import IndexRefresh, RefreshOutcome, list_refreshes, note_refresh
from tests.scene import Scene


def refresh(scene: Scene, refresher: IndexRefresher, digest: str) -> IndexRefresh:
    """Refresh one agreement's index now, and return how that ended."""
    state = refresher.connector.state
    refresher.next_at(refresher.connector.now())
    with writing(state) as connection:
        note_refresh(connection, IndexRefresh(digest, refresher.connector.seconds()))
    refresher.run()
    scene.session(scene.plan("P01").requester).client.refresh_registry()
    with reading(state) as connection:
        return list_refreshes(connection)[digest]


def test_what_changed_is_published_and_answered_from(scene: Scene) -> None:
    agreement = scene.agree_and_publish("P01")
    digest, provider = agreement.digest(), scene.session(scene.plan("P01").provider)
    connector = provider.connector
    before = scene.ask("P01", agreement)
    done = refresh(scene, IndexRefresher(connector, publish_with(connector, provider.client)), digest)
    assert (done.outcome, latest_epoch(connector, digest)) == (RefreshOutcome.UNCHANGED, 1)

    # With fewer keys of each record published, every record has changed.
    fewer = connector.settings.model_copy(update={"county_name_key_without_id_only": True})
    changed = replace(connector, settings=fewer)
    records = count_records(connector.state, digest, 1)
    done = refresh(scene, IndexRefresher(changed, publish_with(changed, provider.client)), digest)
    assert (done.outcome, latest_epoch(connector, digest)) == (RefreshOutcome.PUBLISHED, 1)
    assert count_records(connector.state, digest, 1) == records
    after = scene.ask("P01", agreement)
    assert [result.outcome for result in after] == [result.outcome for result in before]
