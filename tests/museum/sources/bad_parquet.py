"""A museum of Parquet files that must be refused: each is named by what is wrong with it and says its code."""

import io
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet import encryption

from tests.museum.sources.bad_files import CANARY, BadFile, workbook

ROWS = {"姓名": [CANARY, "乙"], "性别": ["女", None], "身份证号": ["x", "y"]}


def parquet(columns: dict[str, object] | pa.Table = ROWS, **options: object) -> bytes:
    """Return a good file with these columns."""
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def with_name(values: list[object], kind: pa.DataType) -> Callable[[], bytes]:
    """Return a maker of a file whose names are of another type."""
    return lambda: parquet(ROWS | {"姓名": pa.array(values, kind)})


def two_columns_of_one_name() -> bytes:
    """Return a file with the names twice."""
    return parquet(pa.Table.from_arrays([pa.array([CANARY])] * 4, names=["姓名", "性别", "身份证号", "姓名"]))


def declared_rows(rows: int) -> bytes:
    """Return a file of 2 rows whose footer declares another number for the whole file.

    The footer is Thrift's compact protocol: field 3 of it, an i64, follows the schema as 0x16 and a zigzag varint.
    """
    data = parquet(pa.table({"姓名": [CANARY] * 2}), store_schema=False)
    length = struct.unpack("<I", data[-8:-4])[0]
    footer = data[-8 - length : -8]
    at = footer.index(b"\x16\x04\x19")
    changed = footer[: at + 1] + _varint(rows << 1) + footer[at + 2 :]
    return data[: -8 - length] + changed + struct.pack("<I", len(changed)) + b"PAR1"


def _varint(number: int) -> bytes:
    low = bytearray()
    while number > 0x7F:
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*low, number])


class _Keys(encryption.KmsClient):
    """Wraps keys with nothing: the file is only there to be refused."""

    def __init__(self, _: encryption.KmsConnectionConfig) -> None:
        encryption.KmsClient.__init__(self)

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        """Return the key."""
        return key_bytes

    def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        """Return the key."""
        return wrapped_key


def encrypted(*, plaintext_footer: bool) -> Callable[[], bytes]:
    """Return a maker of a file with encrypted names."""

    def make() -> bytes:
        configuration = encryption.EncryptionConfiguration(
            footer_key="f",
            column_keys={"k": ["姓名"]},
            plaintext_footer=plaintext_footer,
            double_wrapping=False,
        )
        properties = encryption.CryptoFactory(_Keys).file_encryption_properties(
            encryption.KmsConnectionConfig(), configuration
        )
        buffer = io.BytesIO()
        with pq.ParquetWriter(buffer, pa.table(ROWS).schema, encryption_properties=properties) as writer:
            writer.write_table(pa.table(ROWS))
        return buffer.getvalue()

    return make


def _flipped_page() -> bytes:
    data = bytearray(
        parquet(write_page_checksum=True, compression="none", use_dictionary=False, write_statistics=False)
    )
    # Still a character, only another one.
    data[data.index(CANARY.encode()) + 2] ^= 1
    return bytes(data)


def _not_utf8() -> bytes:
    data = bytearray(parquet(compression="none", use_dictionary=False, write_statistics=False))
    data[data.index(CANARY.encode())] = 0xFF
    return bytes(data)


def _footer_of(length: int) -> bytes:
    return parquet()[:-8] + struct.pack("<I", length) + b"PAR1"


BAD_PARQUET = (
    BadFile("empty.parquet", lambda: b"", "parquet_not_parquet"),
    BadFile("text.parquet", f"姓名,性别,身份证号\n{CANARY},女,x\n".encode, "parquet_not_parquet"),
    BadFile("workbook.parquet", workbook, "parquet_not_parquet"),
    BadFile("truncated.parquet", lambda: parquet()[:-40], "parquet_broken"),
    BadFile("head_only.parquet", lambda: b"PAR1", "parquet_broken"),
    BadFile("no_footer.parquet", lambda: b"PAR1" * 4, "parquet_broken"),
    BadFile("footer_longer_than_the_file.parquet", lambda: _footer_of(0x7FFFFFFF), "parquet_broken"),
    BadFile("footer_is_noise.parquet", lambda: parquet()[:-300] + b"\xff" * 292 + parquet()[-8:], "parquet_broken"),
    BadFile("page_is_noise.parquet", lambda: b"PAR1" + b"\xff" * 40 + parquet()[44:], "parquet_broken"),
    BadFile("flipped_byte_under_a_checksum.parquet", _flipped_page, "parquet_broken"),
    BadFile("not_utf8.parquet", _not_utf8, "parquet_broken"),
    BadFile("encrypted.parquet", encrypted(plaintext_footer=False), "parquet_encrypted"),
    BadFile("encrypted_column.parquet", encrypted(plaintext_footer=True), "parquet_encrypted"),
    BadFile("declares_4_thousand_million_rows.parquet", lambda: declared_rows(1 << 32), "too_many_rows"),
    BadFile("declares_a_row_too_many.parquet", lambda: declared_rows(3), "parquet_broken"),
    BadFile("too_many_columns.parquet", lambda: parquet({f"c{n}": ["x"] for n in range(300)}), "too_many_columns"),
    BadFile("two_columns_of_one_name.parquet", two_columns_of_one_name, "column_ambiguous"),
    BadFile("list.parquet", with_name([[CANARY], []], pa.list_(pa.string())), "cell_type"),
    BadFile("struct.parquet", with_name([{"a": CANARY}, None], pa.struct({"a": pa.string()})), "cell_type"),
    BadFile("map.parquet", with_name([[("a", CANARY)], []], pa.map_(pa.string(), pa.string())), "cell_type"),
    BadFile("bytes.parquet", with_name([CANARY.encode(), b""], pa.binary()), "cell_type"),
    BadFile("fraction.parquet", with_name([1.5, 2.0], pa.float64()), "cell_type"),
    BadFile("decimal.parquet", with_name([Decimal(1), Decimal(2)], pa.decimal128(20)), "cell_type"),
    BadFile(
        "zoned_time.parquet", with_name([datetime(2026, 3, 5, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC")), "cell_type"
    ),
    BadFile(
        "dictionary_of_numbers.parquet",
        lambda: parquet(ROWS | {"姓名": pa.array([1.5, 2.5]).dictionary_encode()}),
        "cell_type",
    ),
    BadFile(
        "cell_of_5000_characters.parquet", lambda: parquet(ROWS | {"姓名": ["甲", CANARY * 5000]}), "cell_too_long", 2
    ),
    BadFile("no_mapped_column.parquet", lambda: parquet({"a": [CANARY]}), "column_missing"),
)
