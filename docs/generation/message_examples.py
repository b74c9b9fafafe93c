"""One example of every message, made with the models themselves: what stands here is well formed."""

from docs.generation.emergency_examples import EMERGENCY_EXAMPLES
from docs.generation.item_examples import ITEM_EXAMPLES
from docs.generation.made_up import digest, identifier, packed, token
from docs.generation.private_or_examples import private_or_examples
from docs.generation.settings_examples import PIN_EXAMPLE
from docs.generation.statistics_examples import STATISTICS_EXAMPLES
from schemas.agreement import Agreement, AgreementSignature, AgreementState, Approval, Party
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import EnvelopeClaims, MessageType, RelayClaims
from schemas.key_statement import KeyStatement, KeyUse
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.accounting import AccessKind, AccountedAccess, Accounting, AccountingSeal, SignedAccounting
from schemas.messages.agreements import (
    AgreementAnswer,
    AgreementCountersign,
    AgreementEnd,
    AgreementList,
    AgreementPropose,
    AgreementReview,
    AgreementSign,
    SignedAgreement,
)
from schemas.messages.evaluate import EvaluateAnswer, EvaluateRequest
from schemas.messages.exchange import (
    Answer,
    ExchangeAnswer,
    ExchangeRequest,
    PossessionMacs,
    PossessionProof,
    PossessionProofs,
    ReceiptAnswer,
    ReceiptRequest,
    Refusal,
    SealedAnswers,
)
from schemas.messages.index import (
    FLAGGED,
    KEY_TYPE_CODES,
    IndexActivate,
    IndexBegin,
    IndexEntry,
    IndexPart,
    IndexStatus,
    IndexStatusRequest,
    pack_entries,
)
from schemas.messages.log import ConsistencyDocument, InclusionDocument
from schemas.messages.log_entries import LogEntriesAnswer, LogEntriesRequest, LogPlace, ShownEntry
from schemas.messages.match import (
    AskedEntry,
    Basis,
    Decision,
    GrantClaims,
    MatchAnswer,
    MatchOutcome,
    MatchPart,
    MatchPartAnswer,
    MatchRecord,
    MatchRequest,
    MatchReview,
    MatchReviewAnswer,
    Outcome,
    ReviewReason,
    RunSummary,
    pack_asked,
)
from schemas.messages.registry import (
    Enrolment,
    GatewayIdentity,
    KeyAnswer,
    KeyPublish,
    Member,
    Registry,
    RegistryDocument,
)
from schemas.problem import ProblemCode, ProblemError

_ISSUED = 1_772_668_800
_CIVIL_AFFAIRS = "civil_affairs.990101"
_FEDERATION = "disabled_federation.990101"
_GATEWAY = "gateway.990101"
_ATTRIBUTES = ("care_subsidy_eligible", "cert_valid_until")
_HANDLE = packed("handle", 16)
_INDEX = identifier("index")

_AGREEMENT = Agreement(
    version=1,
    id=identifier("agreement"),
    purpose="P04",
    purpose_version=1,
    requester=Party(agency=_CIVIL_AFFAIRS, signing_key=digest("civil affairs")),
    provider=Party(agency=_FEDERATION, signing_key=digest("federation")),
    attributes=_ATTRIBUTES,
    regions=("990101",),
    linkage_schema="G/1",
    valid_from=_ISSUED,
    valid_until=_ISSUED + 365 * 86_400,
    case_number_required=False,
    approval=Approval.SECOND_PERSON,
    max_batch=1_000,
    evaluations_per_day=40_000,
    releases_per_day=20_000,
    officer_evaluations_per_day=40_000,
    officer_releases_per_day=20_000,
    retention_days=1_095,
)
_DIGEST = _AGREEMENT.digest()
_MEMBER = Member(
    agency=_CIVIL_AFFAIRS,
    agency_type="civil_affairs",
    name_zh="童安县民政局",
    name_en="Tong'an County Civil Affairs Bureau",
    region="990101",
    endpoint="https://connector.civil-affairs.example",
    statements=(token("signing"), token("opening"), token("witness")),
)
_SIGNED = SignedAgreement(
    agreement=_AGREEMENT,
    signatures=(token("requester"), token("provider")),
    state=AgreementState.ACTIVE,
    history=(
        AgreementHistoryStep(step=AgreementStep.PROPOSE, agency=_CIVIL_AFFAIRS, at=_ISSUED),
        AgreementHistoryStep(step=AgreementStep.SIGN, agency=_FEDERATION, at=_ISSUED + 86_400),
    ),
)
_GATEWAY_IDENTITY = GatewayIdentity(
    agency=_GATEWAY,
    name_zh="童安县未成年人保护数据交换网关",
    name_en="Tong'an County Child Protection Gateway",
    statements=(token("gateway"),),
    log_verifier_key=PIN_EXAMPLE.log_verifier_key,
)
_MACS = PossessionMacs(key_type=KeyType.ID, macs=(digest("mac"),))
_PROOF = PossessionProof(keys=(_MACS,))
_RUN = identifier("run")
_SUMMARY = RunSummary(
    basis=Basis.FITTED,
    key_set="G/1",
    settled=812,
    matches=1_037,
    possible_matches=14,
    non_matches=449,
    threshold=643_000,
    precision=998_100,
    recall=991_700,
)
_POSSIBLE = MatchOutcome(
    row=1,
    outcome=Outcome.POSSIBLE_MATCH,
    probability=412_000,
    agreed=("p.d", "n.y.r4!jan1"),
    comparison={"NAME": 5, "DOB": 9, "GN": 0},
)
_CODES = KEY_TYPE_CODES

_ACCESS = AccountedAccess(
    at=_ISSUED,
    requester=_FEDERATION,
    purpose="P01",
    kind=AccessKind.RELEASED,
    attributes=("disability_cert_valid",),
    leaf=digest("leaf"),
)
_ACCOUNTING = Accounting(
    gateway=_GATEWAY,
    provider=_CIVIL_AFFAIRS,
    handles=(_HANDLE,),
    made_at=_ISSUED,
    accesses=(_ACCESS,),
)

_ALL: tuple[Message, ...] = (
    EnvelopeClaims(
        type=MessageType.EXCHANGE,
        issuer=_CIVIL_AFFAIRS,
        audience=_FEDERATION,
        id=identifier("envelope"),
        issued_at=_ISSUED,
        expires_at=_ISSUED + 120,
        body=digest("body"),
        agreement=_DIGEST,
        purpose="P04",
        region="990101",
        case="TA-2026-0415",
        officer="officer-07",
        approver="section-head-02",
    ),
    RelayClaims(
        issuer=_GATEWAY,
        audience=_FEDERATION,
        envelope=digest("envelope"),
        leaf=digest("leaf"),
        shard=2026,
        leaf_index=4_711,
        issued_at=_ISSUED,
        expires_at=_ISSUED + 120,
    ),
    LogPlace(shard=2026, index=4_711),
    LogEntriesRequest(since=LogPlace(shard=2026, index=4_711)),
    ShownEntry(
        place=LogPlace(shard=2026, index=4_711),
        entry=packed("entry", 512),
        proof=(digest("sibling"), digest("uncle")),
        disclosures=(packed("officer", 60),),
    ),
    LogEntriesAnswer(
        entries=(),
        checkpoints=("gateway.990000/audit/2026\n…",),
        next=LogPlace(shard=2027, index=0),
    ),
    EvaluateRequest(epoch=1, blinded=packed("blinded", 64)),
    EvaluateAnswer(key_id=digest("evaluation key"), evaluated=packed("evaluated", 64), proof=packed("proof", 64)),
    MatchPart(
        run=_RUN,
        epoch=1,
        number=0,
        records=(MatchRecord(row=0, county="990101"), MatchRecord(row=1)),
        entries=pack_asked(
            (
                AskedEntry(0, _CODES[KeyType.ID], decode_base64url(packed("id", 16))),
                AskedEntry(0, _CODES[KeyType.P_D], decode_base64url(packed("p.d", 16))),
                AskedEntry(1, _CODES[KeyType.P_D] | FLAGGED, decode_base64url(packed("p.d!lunar", 16))),
            )
        ),
    ),
    MatchRecord(row=0, county="990101"),
    MatchPartAnswer(run=_RUN, number=0, settled=(0,)),
    MatchRequest(run=_RUN, parts=2, records=2, attributes=_ATTRIBUTES, rows=(0, 1)),
    MatchAnswer(
        index=_INDEX,
        summary=_SUMMARY,
        outcomes=(
            MatchOutcome(
                row=0,
                outcome=Outcome.MATCH,
                handles=(_HANDLE,),
                probability=999_900,
                agreed=("id", "p.d"),
                comparison={"ID": 2, "NAME": 5, "DOB": 9},
            ),
            _POSSIBLE,
        ),
        grant=token("grant"),
    ),
    _SUMMARY,
    _POSSIBLE,
    MatchReview(run=_RUN, row=1, decision=Decision.MATCH, reason=ReviewReason.PAPERS_SEEN),
    MatchReviewAnswer(run=_RUN, row=1, outcome=Outcome.MATCH),
    GrantClaims(
        issuer=_GATEWAY,
        requester=_CIVIL_AFFAIRS,
        provider=_FEDERATION,
        agreement=_DIGEST,
        purpose="P04",
        epoch=1,
        attributes=_ATTRIBUTES,
        handles=(_HANDLE,),
        request=digest("match envelope"),
        id=identifier("grant"),
        issued_at=_ISSUED,
        expires_at=_ISSUED + 900,
    ),
    ExchangeRequest(grant=token("grant"), attributes=_ATTRIBUTES, handles=(_HANDLE,), possession=packed("sealed", 96)),
    PossessionProofs(proofs=(_PROOF,)),
    _PROOF,
    _MACS,
    ExchangeAnswer(
        receipt_number="TX-7K2QX5MB4A",
        attributes=_ATTRIBUTES,
        released=1,
        refused={Refusal.NO_LONGER_HELD: 1},
        sealed=packed("answers", 96),
    ),
    SealedAnswers(
        as_of="2026-03",
        answers=(
            Answer(values={"care_subsidy_eligible": True, "cert_valid_until": "2031-05"}),
            Answer(refused=Refusal.NO_LONGER_HELD),
        ),
        expires_on="2029-03-04",
    ),
    Answer(values={"care_subsidy_eligible": True, "cert_valid_until": "2031-05"}),
    ReceiptRequest(receipt_number="TX-7K2QX5MB4A", answer=digest("answer envelope"), opened=True),
    ReceiptAnswer(receipt_number="TX-7K2QX5MB4A"),
    IndexBegin(index=_INDEX, epoch=1, key_id=digest("evaluation key"), mode="full", parts=2, records=4_711),
    IndexPart(
        index=_INDEX,
        number=0,
        entries=pack_entries([IndexEntry(b"h" * 16, 990_101, 1, b"x" * 16)]),
        removals=encode_base64url(b"r" * 16),
    ),
    IndexActivate(index=_INDEX, manifest=digest("manifest")),
    IndexStatusRequest(epoch=1, index=_INDEX),
    IndexStatus(index=_INDEX, state="receiving", received=(0,)),
    _AGREEMENT,
    _AGREEMENT.requester,
    AgreementSignature(
        agreement=_DIGEST, agency=_CIVIL_AFFAIRS, signatories=("deputy-head-03", "sharing-head-01"), signed_at=_ISSUED
    ),
    AgreementPropose(agreement=_AGREEMENT, signature=token("requester")),
    AgreementSign(agreement=_DIGEST, signature=token("provider")),
    AgreementReview(agreement=_DIGEST, step="return_incomplete", reasons=("basis_missing", "period_unclear")),
    AgreementCountersign(agreement=_DIGEST, signature=token("lead body")),
    AgreementEnd(agreement=_DIGEST, action="suspend"),
    AgreementList(),
    AgreementAnswer(agreements=(_SIGNED,)),
    _SIGNED,
    _SIGNED.history[0],
    KeyStatement(
        agency=_FEDERATION,
        use=KeyUse.EVALUATION,
        key_id=digest("evaluation key"),
        public_key=packed("public key", 32),
        issued_at=_ISSUED,
        active_from=_ISSUED,
        agreement=_DIGEST,
        epoch=1,
    ),
    KeyPublish(statement=token("statement")),
    KeyAnswer(version=12),
    Enrolment(member=_MEMBER, issued_at=_ISSUED),
    _ACCESS,
    _ACCOUNTING,
    AccountingSeal(accounting=digest("accounting"), gateway=_GATEWAY, provider=_CIVIL_AFFAIRS, signed_at=_ISSUED),
    SignedAccounting(accounting=_ACCOUNTING, signature=token("gateway")),
    _MEMBER,
    PIN_EXAMPLE,
    RegistryDocument(registry=token("registry")),
    Registry(gateway=_GATEWAY_IDENTITY, members=(_MEMBER,), version=12, issued_at=_ISSUED, expires_at=_ISSUED + 86_400),
    _GATEWAY_IDENTITY,
    ConsistencyDocument(old_size=4_711, new_size=4_712, proof=(digest("sibling"), digest("leaf"))),
    InclusionDocument(
        index=4_711,
        size=4_712,
        proof=(digest("sibling"),),
        checkpoint="gateway.990101/audit/2026\n4712\n…\n\n— gateway.990101/audit/2026 …\n",
    ),
    ProblemError(ProblemCode.BUDGET_EXHAUSTED).as_problem("en"),
    *ITEM_EXAMPLES,
    *private_or_examples(_AGREEMENT),
    *STATISTICS_EXAMPLES,
    *EMERGENCY_EXAMPLES,
)

EXAMPLES: dict[str, Message] = {type(example).__name__: example for example in _ALL}
"""By the name of the message's class."""
