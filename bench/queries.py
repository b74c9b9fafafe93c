"""Signed match queries and relayed exchanges per second through gunicorn, against the same server's unsigned no-op."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice

from bench.bare_server import bare_server
from bench.harness import Comparison, Contest, Figure, Sample, Tell, compare
from bench.load import HttpRequest, send_all
from bench.log_append import durable_postgresql
from bench.matching import ask, compare_batch, sign_query
from bench.relaying import Relay, relaying
from bench.report import Result
from bench.scale import Scale
from bench.scene import Scene, open_scene
from connectors.requester.hashes import HashedRow
from demo.scenario.desks import publish
from schemas.envelope import ENVELOPE_HEADER

CLIENTS = (1, 16, 64)
OTHERWISE_CLIENTS = 16
RELAYED_RECORDS = 20
_NO_OP = HttpRequest("GET", "/healthz")


def run(scale: Scale, tell: Tell) -> Iterator[Result]:
    """Ask about one record a query with 1, 16 and 64 clients, about many in one query; then exchange the matches.

    Single queries and exchanges are compared with a no-op, and with an empty server that gets and gives as many
    bytes. Last, 16 clients of a gateway of two processes, and of one on PostgreSQL.
    """
    tell("starting a gateway and publishing an index")
    with open_scene(scale.register_records) as scene:
        publish(scene.provider, scene.agreement, lambda *_: None)
        asked = scene.hash_records(scale.batch_records)
        queries = [_queries(scene, asked, clients, scale) for clients in CLIENTS]
        for contest in queries:
            yield compare(contest, scale.rounds, tell)
        yield compare_batch(scene, asked, scale.rounds, tell, name=f"signed match queries of {len(asked):,} records")
        yield from _against_bare(scene, sign_query(scene, asked[:1]), queries, scale, tell)
        with relaying(scene, asked[:RELAYED_RECORDS]) as relay:
            exchanges = [_exchanges(relay, clients, scale) for clients in CLIENTS]
            for contest in exchanges:
                yield compare(contest, scale.rounds, tell)
            (request,) = relay.sign_exchanges(1)
            yield from _against_bare(scene, request, exchanges, scale, tell)
        yield Figure("gateway's memory", scene.gateway_memory_mb(), "MiB")
    with open_scene(scale.register_records, workers=2) as scene:
        yield _hosted_otherwise(scene, "2 processes", scale, tell)
    with durable_postgresql() as url, open_scene(scale.register_records, database=url) as scene:
        yield _hosted_otherwise(scene, "PostgreSQL", scale, tell)


def _against_bare(
    scene: Scene, request: HttpRequest, contests: Sequence[Contest], scale: Scale, tell: Tell
) -> Iterator[Comparison]:
    """Compare with a server that reads such requests and answers as many bytes, and does nothing else."""
    (body,) = send_all(scene.stage.gateway_url, [request], 1).bodies
    with bare_server(scene.stage.folder, len(request.headers[ENVELOPE_HEADER]), len(body)) as bare:
        for contest, clients in zip(contests, CLIENTS, strict=True):
            answered = partial(bare.answer, request, scale.no_ops, clients)
            name, peer = f"{contest.name}, as many bytes both ways", f"an empty server, {clients} clients"
            yield compare(replace(contest, name=name, peer=peer, theirs=answered), scale.rounds, tell)


def _hosted_otherwise(scene: Scene, how: str, scale: Scale, tell: Tell) -> Comparison:
    publish(scene.provider, scene.agreement, lambda *_: None)
    asked = scene.hash_records(scale.batch_records)
    return compare(_queries(scene, asked, OTHERWISE_CLIENTS, scale, f", {how}"), scale.rounds, tell)


def _queries(scene: Scene, asked: Sequence[HashedRow], clients: int, scale: Scale, how: str = "") -> Contest:
    records = cycle(asked)
    return Contest(
        name=f"signed match queries of 1 record, {clients} clients{how}",
        unit="queries",
        peer=f"GET /healthz, {clients} clients{how}",
        ours=lambda: ask(scene, [[record] for record in islice(records, scale.queries)], clients),
        theirs=lambda: _no_ops(scene, clients, scale),
    )


def _exchanges(relay: Relay, clients: int, scale: Scale) -> Contest:
    return Contest(
        name=f"exchanges of 1 record relayed to a provider, {clients} clients",
        unit="exchanges",
        peer=f"GET /healthz, {clients} clients",
        ours=lambda: relay.exchange(scale.queries, clients),
        theirs=lambda: _no_ops(relay.scene, clients, scale),
    )


def _no_ops(scene: Scene, clients: int, scale: Scale) -> Sample:
    requests = [_NO_OP] * scale.no_ops
    return scene.charged(lambda: send_all(scene.stage.gateway_url, requests, clients)).sample
