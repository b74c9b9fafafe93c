import hashlib
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from gateway.log.bundle import DisclosurePermit, NothingSignedError, export_bundle
from gateway.log.bundle_format import BundleKind, ManifestFile, format_manifest
from gateway.log.bundle_verification import BundleError, BundleFault, Place, verify_bundle
from gateway.log.checkpoints import latest_checkpoint
from gateway.log.event_catalogue import may_disclose
from gateway.log.events import Audience, EventType, PersonalField
from gateway.log.leaf import Leaf, parse_leaf
from gateway.log.stored_zip import ArchiveWriter
from keys.crypto.checkpoint import Checkpoint, format_checkpoint
from keys.crypto.note import Cosigner, NoteSigner, sign_note
from tests.audit_log import LOG_KEY, LOG_SIGNER, NOW, ORIGIN, SHARD, fill, log_events, query_event, sign, start_journal

Files = dict[str, bytes]


def _all(leaf: Leaf, field: PersonalField) -> bool:
    return may_disclose(Audience.OVERSIGHT_AUDITOR, leaf.event.type, field)


def _export(engine: Engine, permits: DisclosurePermit | None = None) -> bytes:
    sink = io.BytesIO()
    exported = export_bundle(engine, sink, LOG_KEY, permits)
    assert exported.sha256 == hashlib.sha256(sink.getvalue()).digest()
    return sink.getvalue()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bundle of a log of 300 entries with all disclosures, to be broken in every way."""
    from gateway.persistence.engine import create_database_engine
    from gateway.persistence.migrate import migrate_database

    engine = create_database_engine(f"sqlite:///{tmp_path_factory.mktemp('bundle') / 'gateway.db'}")
    migrate_database(engine)
    fill(engine, 300)
    sign(engine)
    bundle = _export(engine, _all)
    engine.dispose()
    return bundle


def _files(bundle: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(files: Files, *, manifest: bool = True) -> bytes:
    """Write the files as a bundle, with a manifest that fits them, so that only what they say can be wrong."""
    if manifest:
        described = [ManifestFile.of(path, data) for path, data in files.items() if path != "manifest.json"]
        size = int(files["checkpoint"].split(b"\n")[1])
        files = {path: data for path, data in files.items() if path != "manifest.json"}
        files["manifest.json"] = format_manifest(BundleKind.LOG, ORIGIN, size, described)
    sink = io.BytesIO()
    archive = ArchiveWriter(sink)
    for path, data in files.items():
        archive.add(path, data)
    archive.finish()
    return sink.getvalue()


def _flip(data: bytes, offset: int) -> bytes:
    return data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]


def _fault(bundle: bytes | Path) -> tuple[BundleFault, Place]:
    with pytest.raises(BundleError) as error:
        verify_bundle(bundle, [LOG_KEY])
    return error.value.code, error.value.where


def _offset_of_entry(data: bytes, index: int) -> int:
    offset = 0
    for _ in range(index):
        offset += 2 + struct.unpack_from(">H", data, offset)[0]
    return offset


@pytest.mark.parametrize("size", [0, 1, 255, 256, 300, 513])
def test_export_verifies_offline(engine: Engine, size: int) -> None:
    fill(engine, size)
    sign(engine)
    fill(engine, 3)  # not signed yet, so not exported
    stored = latest_checkpoint(engine)
    verified = verify_bundle(_export(engine), [LOG_KEY])
    assert stored is not None
    assert (verified.origin, verified.size, verified.root_hash) == (ORIGIN, size, stored.root_hash)
    assert (verified.signers, verified.disclosures, verified.unknown_signatures) == ((ORIGIN,), 0, 0)


def test_one_log_gives_one_file(engine: Engine) -> None:
    fill(engine, 5)
    sign(engine)
    assert _export(engine, _all) == _export(engine, _all)


def test_nothing_signed_nothing_exported(engine: Engine) -> None:
    with pytest.raises(NothingSignedError):
        _export(engine)


def test_only_permitted_disclosures_leave(engine: Engine) -> None:
    journal = start_journal(engine)
    personal = {PersonalField.OFFICER: "canary-o", PersonalField.SUBJECT_REF: "canary-s"}
    journal.write(log_events(query_event(personal=personal)))
    note = {PersonalField.NOTE: "canary-n"}
    journal.write(log_events(query_event(type=EventType.MATCH_RESULT, personal=note)))
    journal.stop()
    sign(engine)

    def officers_of_queries(leaf: Leaf, field: PersonalField) -> bool:
        return leaf.event.type is EventType.MATCH_QUERY and field is PersonalField.OFFICER

    assert verify_bundle(_export(engine), [LOG_KEY]).disclosures == 0
    assert verify_bundle(_export(engine, _all), [LOG_KEY]).disclosures == 3
    some = _export(engine, officers_of_queries)
    assert verify_bundle(some, [LOG_KEY]).disclosures == 1
    line = json.loads(_files(some)["disclosures/000.jsonl"])
    assert line["index"] == 0
    assert "disclosures/000.jsonl" not in _files(_export(engine))


def test_file_verifies_like_bytes(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(sealed)
    assert verify_bundle(path, [LOG_KEY]) == verify_bundle(sealed, [LOG_KEY])
    path.write_bytes(_flip(sealed, 5_000))
    assert _fault(path)


def test_checksums_that_other_tools_rely_on_are_checked(sealed: bytes) -> None:
    crc = struct.pack("<L", zlib.crc32(_files(sealed)["tile/0/000"]))
    assert sealed.count(crc) == 2
    assert _fault(sealed.replace(crc, _flip(crc, 0))) == (BundleFault.ARCHIVE, Place("tile/0/000"))


def test_cosignature_under_the_logs_name_is_not_the_logs_signature(sealed: bytes) -> None:
    impostor = Cosigner(ORIGIN, b"\x02" * 32)
    files = _files(sealed)
    text = files["checkpoint"].partition(b"\n\n")[0] + b"\n"
    note = text + b"\n" + impostor.cosign(text, NOW).format().encode()
    forged = files | {"checkpoint": note, "log.vkey": f"{impostor.verifier_key.format()}\n".encode()}
    with pytest.raises(BundleError) as error:
        verify_bundle(_pack(forged), [impostor.verifier_key])
    assert error.value.code is BundleFault.CHECKPOINT


def test_any_zip_tool_reads_it(sealed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(sealed)) as archive:
        assert archive.testzip() is None
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
    files = _files(sealed)
    assert list(files)[:4] == ["checkpoint", "log.vkey", "policy", "tile/0/000"]
    assert {"tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44", "manifest.json"} < set(files)
    assert _pack(files, manifest=False) == sealed


@pytest.mark.parametrize("index", [0, 17, 255, 256, 299])
def test_a_changed_byte_in_an_entry_names_the_entry(sealed: bytes, index: int) -> None:
    files = _files(sealed)
    path = "tile/entries/000" if index < 256 else "tile/entries/001.p/44"
    start = _offset_of_entry(files[path], index % 256)
    for offset in (0, 1, 2, 100, 500):
        changed = files | {path: _flip(files[path], start + offset)}
        expected = (BundleFault.ENTRY_MISMATCH, Place(path, start, index))
        assert _fault(_pack(changed)) == _fault(_pack(changed, manifest=False)) == expected


@pytest.mark.parametrize(
    ("path", "offset", "entry"),
    [("tile/0/000", 17 * 32, 17), ("tile/0/001.p/44", 43 * 32, 299), ("tile/1/000.p/1", 0, None)],
)
def test_a_changed_hash_names_its_file(sealed: bytes, path: str, offset: int, entry: int | None) -> None:
    files = _files(sealed)
    code, where = _fault(_pack(files | {path: _flip(files[path], offset + 3)}))
    assert (code, where.file) == (BundleFault.TILE_MISMATCH, path)
    assert where.offset in {offset, None}
    assert where.entry in {entry, None}


def test_entry_and_hashes_changed_together_still_lead_to_another_root(sealed: bytes) -> None:
    """Whoever rewrites an entry and all hashes above it can't sign."""
    files = _files(sealed)
    path = "tile/entries/001.p/44"
    entry = files[path][2 : 2 + struct.unpack_from(">H", files[path])[0]]
    changed = entry.replace(b'"records":20', b'"records":21')
    new_hash = hashlib.sha256(b"\x00" + changed).digest()
    rewritten = {path: files[path].replace(entry, changed), "tile/0/001.p/44": new_hash + files["tile/0/001.p/44"][32:]}
    assert _fault(_pack(files | rewritten)) == (BundleFault.ROOT_MISMATCH, Place("checkpoint"))


def test_a_log_signed_by_somebody_else_is_not_trusted(sealed: bytes) -> None:
    other = NoteSigner(ORIGIN, b"\x09" * 32)
    files = _files(sealed)
    text = files["checkpoint"].partition(b"\n\n")[0] + b"\n"
    forged = files | {"checkpoint": sign_note(text, other), "log.vkey": f"{other.verifier_key.format()}\n".encode()}
    assert _fault(_pack(forged)) == (BundleFault.CHECKPOINT, Place("checkpoint"))
    only_key = files | {"log.vkey": f"{other.verifier_key.format()}\n".encode()}
    assert _fault(_pack(only_key)) == (BundleFault.LOG_KEY, Place("log.vkey"))


def test_key_of_another_log_does_not_vouch_for_this_one(sealed: bytes) -> None:
    other = NoteSigner("other.example/log", b"\x09" * 32)
    files = _files(sealed)
    text = files["checkpoint"].partition(b"\n\n")[0] + b"\n"
    forged = files | {"checkpoint": sign_note(text, other), "log.vkey": f"{other.verifier_key.format()}\n".encode()}
    with pytest.raises(BundleError) as error:
        verify_bundle(_pack(forged), [LOG_KEY, other.verifier_key])
    assert error.value.code is BundleFault.CHECKPOINT


def test_size_that_was_signed_and_is_not_there_is_refused(sealed: bytes) -> None:
    files = _files(sealed)
    for size in (299, 301, 2**62):
        note = sign_note(format_checkpoint(Checkpoint(ORIGIN, size, bytes(32))), LOG_SIGNER)
        code, _ = _fault(_pack(files | {"checkpoint": note}, manifest=False))
        assert code is BundleFault.FILE_MISSING


def test_every_file_is_needed(sealed: bytes) -> None:
    files = _files(sealed)
    for path in files:
        code, where = _fault(_pack({name: data for name, data in files.items() if name != path}, manifest=False))
        if path.startswith("disclosures/"):
            assert code is BundleFault.MANIFEST
        else:
            assert (code, where) == (BundleFault.FILE_MISSING, Place(path))


@pytest.mark.parametrize("extra", ["readme.txt", "tile/0/002", "tile/entries/002.p/1", "disclosures/002.jsonl", "../x"])
def test_no_file_comes_along(sealed: bytes, extra: str) -> None:
    files = _files(sealed) | {extra: b"unsigned"}
    assert _fault(_pack(files)) == (BundleFault.FILE_UNEXPECTED, Place(extra))


def test_no_file_stands_twice_or_out_of_place(sealed: bytes) -> None:
    files = list(_files(sealed).items())
    for changed in ([*files[:4], files[3], *files[4:]], [files[1], files[0], *files[2:]]):
        sink = io.BytesIO()
        archive = ArchiveWriter(sink)
        for path, data in changed:
            archive.add(path, data)
        archive.finish()
        code, _ = _fault(sink.getvalue())
        assert code is BundleFault.FILE_UNEXPECTED


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44", "manifest.json", "log.vkey"]
)
@pytest.mark.parametrize("change", [lambda data: data + b"\n", lambda data: data[:-1], lambda _data: b""])
def test_longer_and_shorter_files_are_refused(sealed: bytes, path: str, change: Callable[[bytes], bytes]) -> None:
    files = _files(sealed)
    _, where = _fault(_pack(files | {path: change(files[path])}, manifest=False))
    assert where.file == path


def test_files_larger_than_their_kind_are_not_read(sealed: bytes) -> None:
    files = _files(sealed)
    for path, size in (("checkpoint", 2**18), ("log.vkey", 2**10), ("tile/0/000", 2**14), ("tile/entries/000", 2**25)):
        assert _fault(_pack(files | {path: bytes(size)}, manifest=False)) == (BundleFault.FILE_SIZE, Place(path))


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[-1].replace(b'"index":255', b'"index":254')],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(b'"index":0', b'"index":1'), *lines[1:]],
        lambda lines: [lines[0].replace(b'"index":0', b'"index":true'), *lines[1:]],
        lambda lines: [lines[0].replace(b'"index":0', b'"index":9999'), *lines[1:]],
        lambda lines: [lines[0].replace(b'"index":0', b'"index":-1'), *lines[1:]],
        lambda lines: [lines[0].replace(b'"index":0', b'"index": 0'), *lines[1:]],
        lambda lines: [lines[0].replace(b"}", b',"note":"x"}'), *lines[1:]],
        lambda lines: [b"\n", *lines],
        lambda lines: [b"[" * 50_000 + b"\n", *lines],
        lambda lines: [*lines[:-1], lines[-1].rstrip(b"\n")],
    ],
)
def test_disclosures_must_belong(sealed: bytes, change: Callable[[list[bytes]], list[bytes]]) -> None:
    files = _files(sealed)
    path = "disclosures/000.jsonl"
    lines = files[path].splitlines(keepends=True)
    code, where = _fault(_pack(files | {path: b"".join(change(lines))}))
    assert (code, where.file) == (BundleFault.DISCLOSURE, path)


def test_entry_of_another_log_is_refused(engine: Engine) -> None:
    """Signed it may be: an entry says which log it belongs to."""
    fill(engine, 1)
    other = "other.example/audit"
    sign(engine, signer=NoteSigner(f"{other}/{SHARD}", b"\x01" * 32))
    key = NoteSigner(other, b"\x01" * 32).verifier_key
    sink = io.BytesIO()
    export_bundle(engine, sink, key)
    with pytest.raises(BundleError) as error:
        verify_bundle(sink.getvalue(), [key])
    assert (error.value.code, error.value.where.entry) == (BundleFault.ENTRY_INVALID, 0)


def test_deflated_archive_is_refused(sealed: bytes) -> None:
    """So nothing can be inflated: what is in memory is never more than what was sent."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in _files(sealed).items():
            archive.writestr(path, data)
    assert _fault(sink.getvalue()) == (BundleFault.ARCHIVE, Place(".", 0))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"\x00",
        lambda data: b"\x00" + data,
        lambda data: data[: len(data) // 2],
        lambda data: data[:-2] + b"\x01\x00x",
        lambda data: data * 2,
        lambda data: b"PK\x05\x06" + bytes(18),
    ],
)
def test_archives_in_another_form_are_refused(sealed: bytes, change: Callable[[bytes], bytes]) -> None:
    code, _ = _fault(change(sealed))
    assert code in {BundleFault.ARCHIVE, BundleFault.FILE_MISSING}


def test_no_byte_may_change(engine: Engine) -> None:
    """Each byte of a small bundle in turn is in an entry, a hash, a signature, or follows from one."""
    fill(engine, 2)
    sign(engine)
    bundle = _export(engine, _all)
    places = random.Random(20261121)
    for offset in sorted(places.sample(range(len(bundle)), 600)) + list(range(len(bundle) - 300, len(bundle))):
        _fault(_flip(bundle, offset))


def test_errors_hold_no_value(engine: Engine) -> None:
    journal = start_journal(engine)
    journal.write(log_events(query_event(personal={PersonalField.OFFICER: "canary-3310"})))
    journal.stop()
    sign(engine)
    bundle = _export(engine, _all)
    disclosure = json.loads(_files(bundle)["disclosures/000.jsonl"])["disclosure"]
    path = "disclosures/000.jsonl"
    changed = _pack(_files(bundle) | {path: _files(bundle)[path].replace(b'"index":0', b'"index":1')})
    with pytest.raises(BundleError) as error:
        verify_bundle(changed, [LOG_KEY])
    assert "canary" not in str(error.value)
    assert disclosure not in str(error.value)
    assert "披露" in str(error.value)


def test_exported_entries_are_verbatim(engine: Engine) -> None:
    fill(engine, 1)
    sign(engine)
    data = _files(_export(engine))["tile/entries/000.p/1"]
    assert parse_leaf(data[2:]).event == query_event(personal={})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(start=st.integers(0, 400_000), length=st.integers(0, 300), junk=st.binary(max_size=300))
def test_whatever_comes_is_refused_in_one_way(sealed: bytes, start: int, length: int, junk: bytes) -> None:
    """A piece cut out, another put in: a `BundleError` or the very same file, never another exception."""
    changed = sealed[:start] + junk + sealed[start + length :]
    if changed != sealed:
        _fault(changed)
