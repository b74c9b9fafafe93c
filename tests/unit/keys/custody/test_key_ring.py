"""Key states: what is lawful, what is usable when, and that nothing else ever is."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.custody.errors import DuplicateKeyError, KeyRecordError, KeyTransitionError, MissingKeyError
from keys.custody.key_ring import LAWFUL_TRANSITIONS, KeyKind, KeyRecord, KeyRing, KeyState

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRET = b"\x5a" * 32


def record(number: int = 1, state: KeyState = KeyState.ACTIVE, **changes: object) -> KeyRecord:
    members: dict[str, object] = {
        "key_id": f"{number:022d}",
        "kind": KeyKind.OPENING,
        "state": state,
        "created_at": NOW,
        "active_from": NOW,
        "changed_at": NOW,
        "accept_until": NOW + HOUR if state is KeyState.DEACTIVATED else None,
        "secret": b"" if state is KeyState.DESTROYED else SECRET,
    }
    return KeyRecord(**(members | changes))


def ids(records: tuple[KeyRecord, ...]) -> list[int]:
    return [int(found.key_id) for found in records]


class TestRecord:
    def test_repr_shows_no_secret(self):
        assert "5a" not in repr(record()).lower()
        assert "ZZ" not in repr(KeyRing((record(),)))
        assert "secret" not in repr(KeyRing((record(),)))

    @pytest.mark.parametrize(
        "changes",
        [
            {"key_id": ""},
            {"key_id": "1"},
            {"key_id": "0" * 21 + "\n"},
            {"key_id": "0" * 22 + "\n"},
            {"key_id": "../../../../etc/passwd"},
            {"scope": "a b"},
            {"scope": "a\n"},
            {"scope": "x" * 201},
            {"scope": "童"},
            {"secret": b""},
            {"secret": b"\x01" * 31},
            {"secret": b"\x01" * 33},
            {"state": KeyState.DESTROYED, "secret": SECRET},
            {"state": KeyState.DEACTIVATED, "accept_until": None},
            {"kind": KeyKind.AGREEMENT_SALT},
            {"created_at": NOW.replace(tzinfo=None)},
            {"active_from": NOW.replace(tzinfo=None)},
            {"changed_at": NOW.astimezone(timezone(8 * HOUR))},
            {"accept_until": NOW.replace(tzinfo=None)},
        ],
    )
    def test_contradictions_are_refused(self, changes):
        with pytest.raises(KeyRecordError):
            record(**changes)


class TestTransitions:
    @pytest.mark.parametrize(("before", "after"), list(itertools.product(KeyState, KeyState)))
    def test_only_what_the_table_has(self, before, after):
        end = NOW + HOUR if after is KeyState.DEACTIVATED else None
        if after in LAWFUL_TRANSITIONS[before]:
            assert record(state=before).moved_to(after, NOW, end).state is after
        else:
            with pytest.raises(KeyTransitionError):
                record(state=before).moved_to(after, NOW, end)

    def test_the_table_is_the_one_of_sp_800_57_without_suspended_to_deactivated(self):
        named = {(str(a)[:3], str(b)[:3]) for a, after in LAWFUL_TRANSITIONS.items() for b in after}
        assert named == {
            *(("pre", b) for b in ("act", "com", "des")),
            *(("act", b) for b in ("sus", "dea", "com", "des")),
            *(("sus", b) for b in ("act", "com", "des")),
            *(("dea", b) for b in ("com", "des")),
            ("com", "des"),
        }

    @pytest.mark.parametrize("state", list(KeyState))
    @pytest.mark.parametrize(
        ("step", "allowed"),
        [
            (KeyRing.activate, {KeyState.PRE_ACTIVATION}),
            (partial(KeyRing.deactivate, overlap=HOUR), {KeyState.ACTIVE}),
            (KeyRing.suspend, {KeyState.ACTIVE}),
            (KeyRing.resume, {KeyState.SUSPENDED}),
            (KeyRing.mark_compromised, set(KeyState) - {KeyState.COMPROMISED, KeyState.DESTROYED}),
            (KeyRing.destroy, set(KeyState) - {KeyState.DESTROYED}),
        ],
    )
    def test_each_step_starts_from_its_states_only(self, step, allowed, state):
        ring = KeyRing((record(state=state),))
        if state in allowed:
            changed = step(ring, record().key_id, NOW + HOUR).get(record().key_id)
            assert changed.changed_at == NOW + HOUR
        else:
            with pytest.raises(KeyTransitionError):
                step(ring, record().key_id, NOW + HOUR)

    def test_a_step_on_a_key_that_is_not_there(self):
        with pytest.raises(MissingKeyError):
            KeyRing().suspend(record().key_id, NOW)

    def test_a_step_changes_no_other_record_and_not_the_ring_it_is_asked_of(self):
        ring = KeyRing((record(1), record(2), record(3)))
        changed = ring.suspend(record(2).key_id, NOW)
        assert ring == KeyRing((record(1), record(2), record(3)))
        assert changed == KeyRing((record(1), record(2, KeyState.SUSPENDED), record(3)))


class TestUse:
    @pytest.mark.parametrize("state", [s for s in KeyState if s is not KeyState.ACTIVE])
    def test_only_an_active_key_is_current(self, state):
        with pytest.raises(MissingKeyError):
            KeyRing((record(state=state),)).current(KeyKind.OPENING, NOW)

    @pytest.mark.parametrize(
        "state", [s for s in KeyState if s not in {KeyState.ACTIVE, KeyState.DEACTIVATED}]
    )
    def test_other_states_are_not_accepted_even_with_an_overlap_left(self, state):
        ring = KeyRing((record(state=state, accept_until=NOW + HOUR),))
        assert ring.accepted(KeyKind.OPENING, NOW) == ()

    def test_overlap_ends_at_its_instant(self):
        ring = KeyRing((record(state=KeyState.DEACTIVATED),))
        assert ids(ring.accepted(KeyKind.OPENING, NOW + HOUR - timedelta.resolution)) == [1]
        assert ids(ring.accepted(KeyKind.OPENING, NOW + HOUR)) == []

    def test_a_key_is_not_used_before_its_time(self):
        ring = KeyRing((record(active_from=NOW + HOUR),))
        assert ring.accepted(KeyKind.OPENING, NOW) == ()
        with pytest.raises(MissingKeyError):
            ring.current(KeyKind.OPENING, NOW)
        assert ring.current(KeyKind.OPENING, NOW + HOUR)

    def test_the_newest_active_key_is_current(self):
        ring = KeyRing((record(1), record(3, active_from=NOW + 2 * HOUR), record(2, active_from=NOW + HOUR)))
        assert int(ring.current(KeyKind.OPENING, NOW + HOUR).key_id) == 2
        assert ids(ring.accepted(KeyKind.OPENING, NOW + 3 * HOUR)) == [3, 2, 1]

    def test_kinds_and_scopes_do_not_mix(self):
        salts = [
            record(n, kind=KeyKind.AGREEMENT_SALT, scope=scope)
            for n, scope in ((1, "a/1"), (2, "a/2"), (3, "b/1"))
        ]
        ring = KeyRing((*salts, record(4), record(5, scope="a/1")))
        assert int(ring.current(KeyKind.AGREEMENT_SALT, NOW, "a/2").key_id) == 2
        assert ids(ring.find(KeyKind.OPENING)) == [4]
        for kind, scope in (
            (KeyKind.AGREEMENT_SALT, ""),
            (KeyKind.AGREEMENT_SALT, "a"),
            (KeyKind.SIGNING, ""),
        ):
            with pytest.raises(MissingKeyError):
                ring.current(kind, NOW, scope)


class TestAdding:
    def test_an_id_is_never_used_twice_even_after_destruction(self):
        ring = KeyRing((record(),)).destroy(record().key_id, NOW)
        with pytest.raises(DuplicateKeyError):
            ring.add(record(kind=KeyKind.STORAGE))

    def test_a_waiting_key_starts_when_it_is_activated(self):
        ring = KeyRing().add(record(state=KeyState.PRE_ACTIVATION)).activate(record().key_id, NOW + HOUR)
        assert ring.current(KeyKind.OPENING, NOW + HOUR).active_from == NOW + HOUR


class TestRotation:
    def rotated(self, *others: KeyRecord) -> KeyRing:
        new = record(9, created_at=NOW + HOUR, active_from=NOW + HOUR, changed_at=NOW + HOUR)
        return KeyRing((record(1), *others)).rotate(KeyKind.OPENING, NOW + HOUR, 2 * HOUR, new)

    def test_new_work_goes_to_the_successor_and_old_work_is_finished(self):
        ring = self.rotated()
        assert int(ring.current(KeyKind.OPENING, NOW + HOUR).key_id) == 9
        assert ids(ring.accepted(KeyKind.OPENING, NOW + HOUR)) == [9, 1]
        assert ids(ring.accepted(KeyKind.OPENING, NOW + 3 * HOUR)) == [9]
        assert ring.get(record(1).key_id).secret == SECRET

    def test_a_compromised_predecessor_is_unusable_at_once(self):
        ring = self.rotated().mark_compromised(record(1).key_id, NOW + HOUR)
        assert ids(ring.accepted(KeyKind.OPENING, NOW + HOUR)) == [9]

    def test_other_kinds_scopes_and_states_are_left_alone(self):
        others = (
            record(2, kind=KeyKind.STORAGE),
            record(3, scope="a/1"),
            record(4, KeyState.SUSPENDED),
            record(5, KeyState.DEACTIVATED),
            record(6, KeyState.PRE_ACTIVATION),
            record(7, KeyState.COMPROMISED),
            record(8, KeyState.DESTROYED),
        )
        assert self.rotated(*others).records[1:-1] == others

    def test_an_old_epoch_answers_until_its_overlap_is_over(self):
        salts = (record(n, kind=KeyKind.AGREEMENT_SALT, scope=f"a/{n}") for n in (1, 2))
        ring = KeyRing(tuple(salts)).deactivate(record(1).key_id, NOW, HOUR)
        assert ids(ring.accepted(KeyKind.AGREEMENT_SALT, NOW, "a/1")) == [1]
        assert ids(ring.accepted(KeyKind.AGREEMENT_SALT, NOW + HOUR, "a/1")) == []
        assert ids(ring.accepted(KeyKind.AGREEMENT_SALT, NOW + HOUR, "a/2")) == [2]
        with pytest.raises(MissingKeyError):
            ring.current(KeyKind.AGREEMENT_SALT, NOW, "a/1")

    @pytest.mark.parametrize(
        ("kind", "overlap", "new"),
        [
            (KeyKind.SIGNING, HOUR, record(9)),
            (KeyKind.OPENING, -timedelta.resolution, record(9)),
            (KeyKind.OPENING, HOUR, record(9, KeyState.PRE_ACTIVATION)),
            (KeyKind.OPENING, HOUR, record(9, KeyState.SUSPENDED)),
            (KeyKind.OPENING, HOUR, record(9, active_from=NOW + HOUR)),
        ],
    )
    def test_a_successor_that_can_not_work_now_is_refused(self, kind, overlap, new):
        with pytest.raises(KeyRecordError):
            KeyRing((record(1),)).rotate(kind, NOW, overlap, new)

    def test_the_same_key_is_no_successor(self):
        with pytest.raises(DuplicateKeyError):
            KeyRing((record(1),)).rotate(KeyKind.OPENING, NOW, HOUR, record(1))


STEPS = ("add", "wait", "activate", "rotate", "suspend", "resume", "mark_compromised", "destroy")


def apply(ring: KeyRing, step: str, number: int, now: datetime) -> KeyRing:
    """One step on one of the ring's keys; an unlawful one leaves the ring as it is."""
    fresh = record(100 + len(ring.records), created_at=now, active_from=now, changed_at=now)
    if step == "add":
        return ring.add(fresh)
    if step == "wait":
        return ring.add(replace(fresh, state=KeyState.PRE_ACTIVATION))
    if step == "rotate":
        return ring.rotate(KeyKind.OPENING, now, number * HOUR, fresh)
    if not ring.records:
        return ring
    key_id = ring.records[number % len(ring.records)].key_id
    try:
        return getattr(ring, step)(key_id, now)
    except KeyTransitionError:
        return ring


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), max_size=20))
def test_whatever_is_done_no_key_comes_back(steps):
    ring, now, gone = KeyRing(), NOW, set[str]()
    for step, number in steps:
        before, now = ring, now + HOUR
        ring = apply(ring, step, number, now)
        assert {old.key_id for old in before.records} <= {new.key_id for new in ring.records}
        gone |= {r.key_id for r in ring.records if r.state in {KeyState.COMPROMISED, KeyState.DESTROYED}}
        usable = ring.accepted(KeyKind.OPENING, now)
        assert not gone & {found.key_id for found in usable}
        assert all(len(found.secret) == 32 for found in usable)
        assert all(found.state in {KeyState.ACTIVE, KeyState.DEACTIVATED} for found in usable)
        assert all((found.secret == b"") == (found.state is KeyState.DESTROYED) for found in ring.records)
        for old, new in zip(before.records, ring.records, strict=False):
            assert old == new or new.state in LAWFUL_TRANSITIONS[old.state]
        if any(found.state is KeyState.ACTIVE for found in ring.records):
            current = ring.current(KeyKind.OPENING, now)
            active = [found for found in usable if found.state is KeyState.ACTIVE]
            assert current == active[0]
            assert all(found.active_from <= current.active_from for found in active)
