"""Signed match queries per second through gunicorn, against the same server answering an unsigned no-op."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from bench.harness import Comparison, Contest, Tell, compare
from bench.load import HttpRequest, send_all
from bench.matching import ask, compare_batch
from bench.scale import Scale
from bench.scene import Scene, open_scene
from connectors.requester.hashes import HashedRow
from demo.scenario.desks import publish

CLIENTS = (1, 16)
_NO_OP = HttpRequest("GET", "/healthz")


def run(scale: Scale, tell: Tell) -> Iterator[Comparison]:
    """Ask about one record a query with 1 and with 16 clients, then about many in one query."""
    tell("starting a gateway and publishing an index")
    with open_scene(scale.register_records) as scene:
        publish(scene.provider, scene.agreement, lambda *_: None)
        asked = scene.hash_records(scale.batch_records)
        for clients in CLIENTS:
            yield compare(_contest(scene, asked, clients, scale), scale.rounds, tell)
        yield compare_batch(scene, asked, scale.rounds, tell, name=f"signed match queries of {len(asked):,} records")


def _contest(scene: Scene, asked: Sequence[HashedRow], clients: int, scale: Scale) -> Contest:
    records = cycle(asked)
    return Contest(
        name=f"signed match queries of 1 record, {clients} clients",
        unit="queries",
        peer=f"GET /healthz, {clients} clients",
        ours=lambda: ask(scene, [[record] for record in islice(records, scale.queries)], clients),
        theirs=lambda: send_all(scene.stage.gateway_url, [_NO_OP] * scale.no_ops, clients).sample,
    )
