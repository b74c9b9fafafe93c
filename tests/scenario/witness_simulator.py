"""Agencies that witness a gateway's log over real HTTP, each with a key that its own signing key states."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from flask import Flask, Response, request

from gateway.services.context import Gateway
from gateway.services.enrol_member import enrol_member, read_enrolment
from gateway.services.push_to_witnesses import push_to_witnesses
from gateway.services.sign_log import sign_log
from gateway.services.witness_policy import adopt_policy_file, compose_members_policy, write_policy_file
from keys.crypto.cosigning import (
    NOTHING_SEEN,
    Conflict,
    Cosignature,
    Refusal,
    Seen,
    add_checkpoint,
    parse_add_checkpoint,
    with_lines,
)
from keys.crypto.log_shards import shard_verifier_key
from keys.crypto.note import Cosigner
from keys.crypto.note_key import VerifierKey
from keys.protocol.envelopes import sign_message
from keys.protocol.witness_keys import witness_name
from schemas.base64url import encode_base64url
from schemas.key_statement import KeyUse
from schemas.messages.registry import ENROLMENT_TOKEN_TYPE, Enrolment, Member
from tests.scenario.gateway_simulator import Agency, serving

_STATUS = {"malformed": 400, "unknown_log": 404, "not_signed": 403, "not_consistent": 422}


@dataclass
class WitnessAgency(Agency):
    """An agency with a witness; `refuse_with` and `is_reachable` change how it behaves."""

    seed: bytes = field(default_factory=lambda: os.urandom(32))
    log_key: VerifierKey | None = None
    seen: Seen = NOTHING_SEEN
    note: bytes = b""
    refuse_with: Response | None = None
    is_reachable: bool = True
    asked: int = 0
    skew: timedelta = timedelta(0)

    @property
    def cosigner(self) -> Cosigner:
        return Cosigner(witness_name(self.id), self.seed)

    def create_app(self) -> Flask:
        app = Flask("witness", static_folder=None)
        app.add_url_rule("/v1/witness/add-checkpoint", "add", self._add, methods=["POST"])
        app.add_url_rule("/v1/witness/checkpoint", "newest", self._newest)
        return app

    def enrolment(self) -> str:
        public = self.cosigner.verifier_key.public_key
        key_id = encode_base64url(hashlib.sha256(public).digest())
        first = self.first_statement()
        stated = self.statement(KeyUse.WITNESS, key_id, encode_base64url(public))
        member = Member(
            agency=self.id,
            agency_type=self.id.split(".")[0],
            name_zh="见证单位",
            name_en="A witness",
            region=self.region,
            endpoint=self.endpoint,
            statements=(first, stated),
        )
        return sign_message(self.key, ENROLMENT_TOKEN_TYPE, Enrolment(member=member, issued_at=self.clock.seconds()))

    def _add(self) -> Response:
        self.asked += 1
        if self.refuse_with is not None or not self.is_reachable:
            return self.refuse_with or Response("", 599)
        submission = parse_add_checkpoint(request.get_data())
        result = add_checkpoint(submission, self._find_key, self.seen, self.cosigner, self.clock.now() + self.skew)
        match result:
            case Cosignature():
                self.seen = Seen(result.checkpoint.size, result.checkpoint.root_hash)
                self.note = with_lines(submission.note, [result.line])
                return Response(result.line.format(), 200)
            case Conflict():
                return Response(f"{result.size}\n", 409, content_type="text/x.tlog.size")
            case Refusal():
                return Response(result.code, _STATUS[result.code])

    def _newest(self) -> Response:
        is_there = self.is_reachable and self.note
        return Response(self.note) if is_there else Response("", 404)

    def _find_key(self, origin: str) -> VerifierKey | None:
        assert self.log_key is not None
        name, _, year = origin.rpartition("/")
        return shard_verifier_key(self.log_key, int(year)) if name == self.log_key.name else None


@contextmanager
def enrolled_witnesses(gateway: Gateway, clock: object, log_key: str, count: int) -> Iterator[list[WitnessAgency]]:
    """Enrol so many agencies that witness, and serve their witnesses."""
    with ExitStack() as stack:
        witnesses = []
        for number in range(count):
            agency = WitnessAgency(f"education.9901{number:02}", clock, log_key=VerifierKey.parse(log_key))  # type: ignore[arg-type]
            agency.endpoint = stack.enter_context(serving(agency.create_app()))
            enrol_member(gateway, read_enrolment(agency.enrolment()))
            witnesses.append(agency)
        yield witnesses


def adopt(gateway: Gateway, folder: Path, quorum: int | None = None) -> None:
    """Compose the policy from the members' keys and put it in force, as the command does."""
    write_policy_file(folder, compose_members_policy(gateway, quorum))
    adopt_policy_file(gateway, folder, without_quorum=True)


def witness_now(gateway: Gateway, ahead: int = 0) -> int:
    """Sign the log and have it witnessed, as the jobs do, `ahead` seconds from now; return how many were asked."""
    sign_log(gateway)
    later = replace(gateway, now=lambda: gateway.now() + timedelta(seconds=ahead))
    return push_to_witnesses(later)
