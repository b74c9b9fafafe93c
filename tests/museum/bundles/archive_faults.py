"""Archives in another form than the one: whatever hides before, between or behind the files of a bundle."""

import io
import struct
import zipfile
import zlib

from gateway.log.bundle_errors import BundleFault
from tests.museum.bundles.exhibits import Kind, Maker, both, bundle_of, files_of, flip
from tests.museum.bundles.forge import described, pack, pack_members
from tests.museum.bundles.honest import SIZE, Honest

_END_BYTES = 22


def _zipped(honest: Honest, of: Kind, compression: int = zipfile.ZIP_STORED, **attributes: object) -> bytes:
    """Return the files as a common tool zips them; `attributes` are those of each member."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as archive:
        for path, data in files_of(honest, of).items():
            info = zipfile.ZipInfo(path)
            info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, compression
            for name, value in attributes.items():
                setattr(info, name, value)
            archive.writestr(info, data)
    return sink.getvalue()


def _with_comment(honest: Honest, of: Kind) -> bytes:
    bundle = bundle_of(honest, of)
    return bundle[:-2] + struct.pack("<H", 4) + b"note"


def _twice(honest: Honest, of: Kind) -> bytes:
    members = list(files_of(honest, of).items())
    return pack_members([*members[:3], members[2], *members[3:]])


def _reordered(honest: Honest, of: Kind) -> bytes:
    first, second, *others = files_of(honest, of).items()
    return pack_members([second, first, *others])


def _hidden_member(honest: Honest, of: Kind) -> bytes:
    """Put a file between the members and the directory, which does not list it."""
    bundle = bundle_of(honest, of)
    directory = struct.unpack("<L", bundle[-6:-2])[0]
    hidden = pack_members([("hidden", b"hidden")])[: 30 + 6 + 6]
    end = bundle[-_END_BYTES:-6] + struct.pack("<L", directory + len(hidden)) + bundle[-2:]
    return bundle[:directory] + hidden + bundle[directory:-_END_BYTES] + end


def _renamed_in_directory(honest: Honest, of: Kind) -> bytes:
    bundle = bundle_of(honest, of)
    place = bundle.rindex(b"log.vkey")
    return bundle[:place] + b"log.vkez" + bundle[place + 8 :]


def _wrong_crc(honest: Honest, of: Kind) -> bytes:
    crc = struct.pack("<L", zlib.crc32(files_of(honest, of)["policy"]))
    return bundle_of(honest, of).replace(crc, flip(crc, 0))


def _with_member(path: str) -> Maker:
    def make(honest: Honest, of: Kind) -> bytes:
        return pack(described(files_of(honest, of) | {path: b"unsigned"}, SIZE))

    return make


def _with_name(path: str) -> Maker:
    """Write the policy under a name that looks like its own."""

    def make(honest: Honest, of: Kind) -> bytes:
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w") as archive:
            for name, data in files_of(honest, of).items():
                archive.writestr(zipfile.ZipInfo(path if name == "policy" else name, (1980, 1, 1, 0, 0, 0)), data)
        return sink.getvalue()

    return make


_ARCHIVE: dict[str, Maker] = {
    "bytes before the archive": lambda honest, of: b"MZ" + bundle_of(honest, of),
    "bytes behind the archive": lambda honest, of: bundle_of(honest, of) + b"\x00",
    "an archive comment": _with_comment,
    "two archives in one": lambda honest, of: bundle_of(honest, of) * 2,
    "nothing at all": lambda honest, of: b"",
    "an archive cut in half": lambda honest, of: bundle_of(honest, of)[: len(bundle_of(honest, of)) // 2],
    "an archive without its end": lambda honest, of: bundle_of(honest, of)[:-_END_BYTES],
    "deflated members": lambda honest, of: _zipped(honest, of, zipfile.ZIP_DEFLATED),
    "extra fields": lambda honest, of: _zipped(honest, of, extra=b"\xca\xfe\x04\x00free"),
    "members with a comment": lambda honest, of: _zipped(honest, of, comment=b"free"),
    "members of another day": lambda honest, of: _zipped(honest, of, date_time=(2026, 11, 21, 12, 0, 0)),
    "members of another system": lambda honest, of: _zipped(honest, of, create_system=0),
    "members that may be executed": lambda honest, of: _zipped(honest, of, external_attr=0o100755 << 16),
    "a member that the directory does not list": _hidden_member,
    "a member that the directory calls otherwise": _renamed_in_directory,
    "a name in other letters": _with_name("polіcy"),
}

_PATHS = {
    "a file that leads out of the folder": "../policy",
    "a file at the root of the disk": "/etc/passwd",
    "a file with a backslash": "..\\policy",
    "a file in capitals": "POLICY",
    "a file that nobody asked for": "readme.txt",
}

ARCHIVE_FAULTS = [
    exhibit
    for exhibits in (
        *(both(name, make, BundleFault.ARCHIVE, ".") for name, make in _ARCHIVE.items()),
        *(both(name, _with_member(path), BundleFault.FILE_UNEXPECTED, path) for name, path in _PATHS.items()),
        both("a checksum that is wrong", _wrong_crc, BundleFault.ARCHIVE, "policy"),
        both("a file that stands twice", _twice, BundleFault.FILE_UNEXPECTED, "policy"),
        both("files in another order", _reordered, BundleFault.FILE_UNEXPECTED, "log.vkey"),
    )
    for exhibit in exhibits
]
