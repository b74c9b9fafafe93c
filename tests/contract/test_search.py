"""Searching, telling and exporting the log behave alike on SQLite and PostgreSQL, and never without an entry."""

import base64
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, insert, select

from gateway.domain.account import Account, LogScope
from gateway.domain.export_limits import APPROVAL_ABOVE, BULK_FLAG, ExportFormat
from gateway.domain.log_filter import PARAMETERS, LogFilter
from gateway.domain.request_story import StepKind, StoryEnd
from gateway.domain.roles import Role
from gateway.domain.stated_reason import ReasonCode, StatedReason
from gateway.log.disclosure import parse_disclosure
from gateway.log.events import Actor, Event, EventType, PersonalField, PolicyRef
from gateway.log.journal import AuditUnavailableError, Draft
from gateway.log.leaf import Leaf, parse_leaf
from gateway.log.timestamp import format_timestamp
from gateway.persistence.account_tables import console_account, console_role
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.search_queries import Search, count_entries
from gateway.services.approve_export import (
    NotYourApprovalError,
    approve_export,
    export_approved,
    open_requests,
    request_export,
    withdraw_export,
)
from gateway.services.check_entry import Check, EntryChecker
from gateway.services.disclose_fields import closed_fields, disclose_fields
from gateway.services.export_entries import (
    ExportFault,
    ExportRefusedError,
    ExportWish,
    export_entries,
    export_one_entry,
)
from gateway.services.saved_searches import (
    MAX_SAVED_SEARCHES,
    SavedSearchError,
    forget_search,
    save_search,
    saved_searches,
)
from gateway.services.search_log import (
    NothingToReadError,
    Officer,
    PageOf,
    search_by_officer,
    search_by_record,
    search_log,
    search_of,
)
from gateway.services.show_entry import show_entry
from gateway.services.sign_log import sign_log
from gateway.services.tell_request import tell_request
from keys.crypto.checkpoint import parse_checkpoint
from keys.crypto.merkle import leaf_hash, verify_inclusion
from keys.crypto.note import parse_note
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.workflows.item_number import number_of
from tests.scenario.gateway_simulator import GATEWAY_ID, PROVIDER_ID, REQUESTER_ID, World, entry, played_world

OVERSEER = Account("overseer", "监督", frozenset({Role.OVERSIGHT_AUDITOR}))
SECOND = Account("second", "二审", frozenset({Role.OVERSIGHT_AUDITOR}))
OWN_AUDITOR = Account("own-auditor", "单位", frozenset({Role.AGENCY_AUDITOR}), REQUESTER_ID)
OTHER_AUDITOR = Account("other-auditor", "外单位", frozenset({Role.AGENCY_AUDITOR}), "education.990109")
REASON = StatedReason(ReasonCode.COMPLAINT, "核查一件投诉", "TS-2026-7")
OFFICE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway", database_url) as world:
        with write_transaction(world.gateway.engine) as connection:
            for account in (OVERSEER, SECOND, OWN_AUDITOR, OTHER_AUDITOR):
                _add(connection, account)
        yield world


def _add(connection: Connection, account: Account) -> None:
    connection.execute(
        insert(console_account).values(
            id=account.id, name=account.name, agency=account.agency, is_disabled=False, created_at=1
        )
    )
    connection.execute(insert(console_role), [{"account": account.id, "role": role.value} for role in account.roles])


def _leaves(world: World, event_type: EventType) -> list[Leaf]:
    with read_transaction(world.gateway.engine) as connection:
        query = select(audit_leaf.c.entry).where(audit_leaf.c.type == event_type.value)
        return [parse_leaf(bytes(row)) for row in connection.scalars(query.order_by(audit_leaf.c.idx))]


def _last(world: World, event_type: EventType) -> Event:
    return _leaves(world, event_type)[-1].event


def _disclosed(world: World) -> dict[str, str]:
    """Return the disclosures of the last entry of the log, by field."""
    with read_transaction(world.gateway.engine) as connection:
        last = connection.scalar(select(audit_leaf.c.idx).order_by(audit_leaf.c.idx.desc()).limit(1))
        query = select(audit_disclosure.c.disclosure).where(audit_disclosure.c.idx == last)
        found = [parse_disclosure(text) for text in connection.scalars(query)]
    return {one.name.value: one.value for one in found}


def _log(world: World, *events: Event) -> None:
    for start in range(0, len(events), 500):
        group = events[start : start + 500]
        world.gateway.journal.write(lambda _, group=group: Draft(None, tuple(group)), 60)  # type: ignore[misc]


def _query(**changes: object) -> Event:
    members: dict[str, object] = {
        "type": EventType.MATCH_QUERY,
        "actor": Actor(REQUESTER_ID),
        "peer": PROVIDER_ID,
        "purpose": "P02",
        "policy": PolicyRef("agreement-7", digest_of(b"7")),
        "decision": "permit",
        "correlation_id": str(uuid.uuid4()),
    }
    return Event(**(members | changes))  # type: ignore[arg-type]


def _count(world: World, account: Account, **conditions: str) -> int:
    with read_transaction(world.gateway.engine) as connection:
        return count_entries(connection, search_of(account, LogFilter.parse(conditions)))


def _exchanged(world: World) -> str:
    """Play an evaluation and return the request's correlation id."""
    agreement = world.conclude()
    world.publish(agreement, [[entry(os.urandom(16), KeyType.ID, os.urandom(16))]])
    answer, _ = world.evaluate(agreement, "a", "b", officer="officer-7", case="case-9")
    assert answer.status == 200
    corr = _last(world, EventType.EVALUATE_QUERY).correlation_id
    assert corr is not None
    return corr


def test_every_condition_of_the_filter_selects(world: World) -> None:
    corr = str(uuid.uuid4())
    refusal = _query(
        type=EventType.REFUSAL, decision="deny", reason="no_agreement", actor=Actor(PROVIDER_ID), peer=REQUESTER_ID
    )
    _log(world, _query(correlation_id=corr), _query(purpose="P03"), refusal)
    now = _leaves(world, EventType.REFUSAL)[-1].at.astimezone(OFFICE)
    today, yesterday = now.date().isoformat(), (now.date() - timedelta(days=1)).isoformat()
    expected = {
        ("from", today): 3,
        ("to", yesterday): 0,
        ("hour", str(now.hour)): 3,
        ("agency", REQUESTER_ID): 3,
        ("actor", REQUESTER_ID): 2,
        ("peer", REQUESTER_ID): 1,
        ("purpose", "P03"): 1,
        ("type", "refusal"): 1,
        ("decision", "permit"): 2,
        ("reason", "no_agreement"): 1,
        ("agreement", "agreement-7"): 3,
        ("corr", corr): 1,
        ("item", number_of("W6", corr)): 1,
    }
    assert {name for name, _ in expected} == set(PARAMETERS)
    for (name, value), count in expected.items():
        assert _count(world, OVERSEER, **{"agreement": "agreement-7", name: value}) == count, name


def test_days_begin_at_midnight_in_the_office(engine: Engine) -> None:
    first = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)  # 5 March, 00:00 in Beijing
    with write_transaction(engine) as connection:
        for index, at in enumerate((first - timedelta(milliseconds=1), first, first + timedelta(days=1))):
            row = {"shard": 2026, "idx": index, "event_id": os.urandom(16), "entry": b"{}", "leaf_hash": bytes(32)}
            connection.execute(insert(audit_leaf).values(**row, type="refusal", time=format_timestamp(at)))
    expected = {
        "from=2026-03-05&to=2026-03-05": 1,
        "from=2026-03-05": 2,
        "to=2026-03-05": 2,
        "hour=0": 2,
        "hour=23": 1,
        "from=0001-01-01&to=9999-12-31": 3,
    }
    for query, count in expected.items():
        asked = LogFilter.parse(dict(parse_qsl(query)))
        with read_transaction(engine) as connection:
            assert count_entries(connection, Search(LogScope(None), frozenset(EventType), asked)) == count, query


def test_an_agency_auditor_finds_what_concerns_the_agency_and_nothing_else(world: World) -> None:
    _exchanged(world)
    everything = _count(world, OVERSEER)
    own = _count(world, OWN_AUDITOR)
    assert 0 < own < everything
    assert _count(world, OTHER_AUDITOR) == 0
    found = search_log(world.gateway, OWN_AUDITOR, LogFilter(), PageOf())
    for one in found.entries:
        event = one.leaf.event
        assert REQUESTER_ID in {event.peer, event.actor and event.actor.org}
        assert not event.type.value.startswith("audit.")
    # Its own searches stand under its name, but are for others to watch.
    assert _count(world, OWN_AUDITOR, type="audit.search") == 0
    assert _count(world, OVERSEER, type="audit.search", agency=REQUESTER_ID) == 1
    assert _count(world, OWN_AUDITOR, agency=GATEWAY_ID) < _count(world, OVERSEER, agency=GATEWAY_ID)


def test_nobody_without_a_scope_reads_anything(world: World) -> None:
    nobody = Account("nobody", "无", frozenset({Role.SYSTEM_ADMINISTRATOR}))
    with pytest.raises(NothingToReadError):
        search_log(world.gateway, nobody, LogFilter(), PageOf())
    assert _leaves(world, EventType.AUDIT_SEARCH) == []


def test_a_search_is_logged_with_its_filter_and_not_its_result(world: World) -> None:
    search_log(world.gateway, OVERSEER, LogFilter.parse({"decision": "deny", "purpose": "P02"}), PageOf())
    event = _last(world, EventType.AUDIT_SEARCH)
    assert (event.fields, event.records, event.actor) == (("purpose", "decision"), None, Actor(GATEWAY_ID, "console"))
    assert _disclosed(world) == {"officer": "overseer", "note": "purpose=P02&decision=deny"}


def test_nothing_is_found_where_the_search_cannot_be_logged(world: World) -> None:
    world.gateway.journal.stop()
    with pytest.raises(AuditUnavailableError):
        search_log(world.gateway, OVERSEER, LogFilter(), PageOf())


def test_pages_hold_fifty_in_the_order_of_the_log(world: World) -> None:
    _log(world, *(_query(purpose="P05") for _ in range(101)))
    asked = LogFilter.parse({"purpose": "P05"})
    pages = [search_log(world.gateway, OVERSEER, asked, PageOf(number)) for number in (1, 2, 3, 9)]
    assert [(page.total, page.page, len(page.entries)) for page in pages] == [
        (101, 1, 50),
        (101, 2, 50),
        (101, 3, 1),
        (101, 3, 1),
    ]
    indexes = [one.index for page in pages[:3] for one in page.entries]
    assert indexes == sorted(indexes, reverse=True)
    oldest = search_log(world.gateway, OVERSEER, asked, PageOf(1, oldest_first=True))
    assert [one.index for one in oldest.entries] == indexes[::-1][:50]


def test_who_asked_is_found_for_a_reason_alone(world: World) -> None:
    corr = _exchanged(world)
    officer = Officer(REQUESTER_ID, "officer-7")
    found = search_by_officer(world.gateway, OVERSEER, officer, REASON, PageOf())
    assert corr in {one.leaf.event.correlation_id for one in found.entries}
    event = _last(world, EventType.AUDIT_SEARCH)
    assert (event.reason, event.fields) == ("complaint", ("officer",))
    assert _disclosed(world) == {
        "officer": "overseer",
        "note": REASON.text,
        "case_ref": REASON.case,
        "subject_ref": f"{REQUESTER_ID}/officer-7",
    }
    nobody = search_by_officer(world.gateway, OVERSEER, replace(officer, reference="officer-8"), REASON, PageOf())
    assert nobody.total == 0
    assert search_by_officer(world.gateway, OTHER_AUDITOR, officer, REASON, PageOf()).total == 0
    assert search_by_record(world.gateway, OVERSEER, encode_base64url(bytes(16)), REASON, PageOf()).total == 0


def test_a_story_is_told_with_its_evidence_and_logged(world: World) -> None:
    corr = _exchanged(world)
    sign_log(world.gateway)
    told = tell_request(world.gateway, OWN_AUDITOR, corr)
    assert told is not None
    assert [step.kind for step in told.story.steps] == [
        StepKind.ASKED,
        StepKind.PERMITTED,
        StepKind.PASSED_ON,
        StepKind.ANSWERED,
    ]
    assert told.story.end is StoryEnd.COMPLETE
    assert told.agreement is not None
    assert all(checked.is_proven for checked in told.checked.values())
    assert told.looks is None
    assert _last(world, EventType.AUDIT_VIEW).correlation_id == corr
    again = tell_request(world.gateway, OVERSEER, corr)
    assert again is not None
    assert again.looks is not None
    assert [look.leaf.event.actor for look in again.looks] == [
        Actor(GATEWAY_ID, "console"),
        Actor(REQUESTER_ID, "console"),
    ]
    assert tell_request(world.gateway, OTHER_AUDITOR, corr) is None


def test_an_altered_entry_is_told_apart(world: World) -> None:
    corr = _exchanged(world)
    sign_log(world.gateway)
    (place,) = [
        one.index
        for one in search_log(world.gateway, OVERSEER, LogFilter(corr=corr), PageOf()).entries
        if one.leaf.event.type is EventType.EVALUATE_RESULT
    ]
    honest = show_entry(world.gateway, OVERSEER, datetime.now(UTC).year, place)
    assert honest is not None
    assert honest.is_proven
    forged = replace(honest.entry, entry=honest.entry.entry.replace(b'"records":2', b'"records":1'))
    with read_transaction(world.gateway.engine) as connection:
        checked = EntryChecker(world.gateway, connection).check(forged)
    assert set(checked.failures) == {Check.LEAF_HASH, Check.INCLUSION}


def test_what_is_not_signed_yet_is_neither_proven_nor_failed(world: World) -> None:
    _log(world, _query())
    sign_log(world.gateway)
    _log(world, _query(purpose="P06"))
    (fresh,) = search_log(world.gateway, OVERSEER, LogFilter.parse({"purpose": "P06"}), PageOf()).entries
    shown = show_entry(world.gateway, OVERSEER, fresh.shard, fresh.index)
    assert shown is not None
    assert (shown.is_signed, shown.is_proven, shown.failures, shown.proof()) == (False, False, (), None)


def test_closed_fields_open_for_a_reason_and_each_time_with_an_entry(world: World) -> None:
    corr = _exchanged(world)
    entries = search_log(world.gateway, OVERSEER, LogFilter(corr=corr), PageOf()).entries
    assert closed_fields(world.gateway, OVERSEER, entries) == (PersonalField.OFFICER, PersonalField.CASE_REF)
    opened = disclose_fields(world.gateway, OVERSEER, entries, {PersonalField.OFFICER}, REASON)
    assert [(one.name, one.value, one.is_proven) for one in opened] == [(PersonalField.OFFICER, "officer-7", True)]
    assert "officer-7" not in repr(opened)
    event = _last(world, EventType.AUDIT_VIEW)
    assert (event.fields, event.reason, event.correlation_id) == (("officer",), "complaint", corr)
    assert _disclosed(world) == {"officer": "overseer", "note": REASON.text, "case_ref": REASON.case}


@pytest.mark.parametrize("form", ExportFormat)
def test_an_export_is_logged_with_digest_and_number(world: World, form: ExportFormat) -> None:
    _log(world, *(_query(purpose="P05") for _ in range(25)))
    file = export_entries(world.gateway, OVERSEER, ExportWish(LogFilter.parse({"purpose": "P05"}), form))
    with file.stream:
        data = file.stream.read()
    event = _last(world, EventType.AUDIT_EXPORT)
    assert event.content == file.content == encode_base64url(hashlib.sha256(data).digest())
    assert (event.records, event.fields, event.approvals) == (25, ("purpose",), ())
    assert _disclosed(world) == {"officer": "overseer", "note": f"format={form.value}&purpose=P05"}


def test_every_line_that_leaves_carries_a_proof_that_holds(world: World) -> None:
    _log(world, *(_query(purpose="P05") for _ in range(300)))  # more than a full tile
    asked = LogFilter.parse({"agency": REQUESTER_ID})
    file = export_entries(world.gateway, OVERSEER, ExportWish(asked, ExportFormat.JSONL, REASON, is_confirmed=True))
    with file.stream:
        lines = [json.loads(line) for line in file.stream]
    assert len(lines) > 300
    for line in lines:
        head, _, note = line["proof"].partition("\n\n")
        _, index, *hashes = head.split("\n")
        checkpoint = parse_checkpoint(parse_note(note.encode()).text)
        assert index == f"index {line['index']}"
        path = [base64.b64decode(one) for one in hashes]
        entry_hash = leaf_hash(line["entry"].encode())
        verify_inclusion(entry_hash, line["index"], checkpoint.size, path, checkpoint.root_hash)


def test_nothing_leaves_that_could_not_be_logged(world: World) -> None:
    _log(world, _query(purpose="P05"))
    world.gateway.journal.stop()
    with pytest.raises(AuditUnavailableError):
        export_entries(world.gateway, OVERSEER, ExportWish(LogFilter.parse({"purpose": "P05"}), ExportFormat.CSV))


@pytest.mark.parametrize(
    ("records", "fault"),
    [
        (0, ExportFault.NOTHING_FOUND),
        (26, ExportFault.REASON_MISSING),
        (251, ExportFault.REASON_MISSING),
        (2_501, ExportFault.APPROVAL_MISSING),
    ],
)
def test_the_more_leaves_the_more_must_be_said(world: World, records: int, fault: ExportFault) -> None:
    _log(world, *(_query(purpose="P05") for _ in range(records)))
    wish = ExportWish(LogFilter.parse({"purpose": "P05"}), ExportFormat.CSV)
    with pytest.raises(ExportRefusedError) as refused:
        export_entries(world.gateway, OVERSEER, wish)
    assert refused.value.fault is fault
    assert _leaves(world, EventType.AUDIT_EXPORT) == []


def test_above_the_second_threshold_the_export_is_confirmed_and_flagged(world: World) -> None:
    _log(world, *(_query(purpose="P05") for _ in range(251)))
    wish = ExportWish(LogFilter.parse({"purpose": "P05"}), ExportFormat.CSV, REASON)
    with pytest.raises(ExportRefusedError) as refused:
        export_entries(world.gateway, OVERSEER, wish)
    assert refused.value.fault is ExportFault.NOT_CONFIRMED
    export_entries(world.gateway, OVERSEER, replace(wish, is_confirmed=True)).stream.close()
    event = _last(world, EventType.AUDIT_EXPORT)
    assert (event.reason, event.fields) == ("complaint", ("purpose", BULK_FLAG))
    assert _disclosed(world)["case_ref"] == REASON.case


def test_a_large_export_waits_for_another_person_and_leaves_once(world: World) -> None:
    gateway = world.gateway
    _log(world, *(_query(purpose="P05") for _ in range(APPROVAL_ABOVE + 1)))
    wish = ExportWish(LogFilter.parse({"purpose": "P05"}), ExportFormat.CSV, REASON)
    request = request_export(gateway, OVERSEER, wish)
    for account in (OVERSEER, OWN_AUDITOR):
        with pytest.raises(NotYourApprovalError):
            approve_export(gateway, account, request)
    with pytest.raises(ExportRefusedError):
        export_approved(gateway, OVERSEER, request)
    assert [one.id for one in open_requests(gateway, SECOND)] == [request]
    assert open_requests(gateway, OWN_AUDITOR) == []
    approve_export(gateway, SECOND, request)
    with pytest.raises(NotYourApprovalError):
        approve_export(gateway, SECOND, request)
    with pytest.raises(ExportRefusedError):
        export_approved(gateway, SECOND, request)
    _log(world, _query(purpose="P05"))  # what came later was not approved
    file = export_approved(gateway, OVERSEER, request)
    file.stream.close()
    assert file.records == APPROVAL_ABOVE + 1
    event = _last(world, EventType.AUDIT_EXPORT)
    assert len(event.approvals) == 1
    assert (event.records, event.content) == (file.records, file.content)
    assert _disclosed(world)["approver"] == "second"
    with pytest.raises(ExportRefusedError):
        export_approved(gateway, OVERSEER, request)


def test_a_request_is_withdrawn_by_who_made_it_and_lapses(world: World) -> None:
    gateway = world.gateway
    _log(world, *(_query(purpose="P05") for _ in range(APPROVAL_ABOVE + 1)))
    wish = ExportWish(LogFilter.parse({"purpose": "P05"}), ExportFormat.CSV, REASON)
    request = request_export(gateway, OVERSEER, wish)
    withdraw_export(gateway, SECOND, request)
    assert len(open_requests(gateway, OVERSEER)) == 1
    withdraw_export(gateway, OVERSEER, request)
    assert open_requests(gateway, OVERSEER) == []
    late = request_export(gateway, OVERSEER, wish)
    world.clock.ahead = timedelta(days=7, seconds=1)
    with pytest.raises(NotYourApprovalError):
        approve_export(gateway, SECOND, late)
    assert open_requests(gateway, OVERSEER) == []


def test_the_evidence_of_one_entry_leaves_with_an_entry(world: World) -> None:
    _log(world, _query(purpose="P05"))
    (one,) = search_log(world.gateway, OVERSEER, LogFilter.parse({"purpose": "P05"}), PageOf()).entries
    file = export_one_entry(world.gateway, OVERSEER, one)
    file.stream.close()
    event = _last(world, EventType.AUDIT_EXPORT)
    assert (event.records, event.content, event.ref) == (1, file.content, one.leaf.event_id)


def test_searches_are_kept_under_a_name_for_each_account(world: World) -> None:
    gateway = world.gateway
    save_search(gateway, OVERSEER, " 拒绝  汇总 ", LogFilter.parse({"decision": "deny"}))
    save_search(gateway, OVERSEER, "拒绝 汇总", LogFilter.parse({"decision": "partial"}))
    (kept,) = saved_searches(gateway, OVERSEER)
    assert (kept.name, kept.query) == ("拒绝 汇总", "decision=partial")
    assert saved_searches(gateway, SECOND) == []
    for name in ("", "名" * 61, "990101201003071233"):
        with pytest.raises(SavedSearchError):
            save_search(gateway, OVERSEER, name, LogFilter())
    for number in range(MAX_SAVED_SEARCHES - 1):
        save_search(gateway, OVERSEER, f"检索 {number}", LogFilter())
    with pytest.raises(SavedSearchError):
        save_search(gateway, OVERSEER, "多一个", LogFilter())
    assert forget_search(gateway, OVERSEER, "拒绝 汇总")
    assert not forget_search(gateway, OVERSEER, "拒绝 汇总")
    assert len(saved_searches(gateway, OVERSEER)) == MAX_SAVED_SEARCHES - 1


def test_a_search_names_no_subject_in_its_repr() -> None:
    assert "tags" not in repr(Search(search_of(OVERSEER).scope, frozenset(), tags=(bytes(32),)))
