"""The page of limits: those that people meet, then every named limit of the code."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import ModuleType

import connectors
import gateway
import keys
import schemas
from connectors.sources import csv_file, workbook_guard
from docs.generation.markdown import both, code, introduction, page, table
from gateway.services.match_records import GRANT_LIFETIME
from keys.crypto.sampled_proof import SAMPLE_SIZE
from keys.custody.passphrase import MIN_PASSPHRASE_CHARACTERS
from schemas.agreement import MAX_BATCH_RECORDS
from schemas.envelope import MAX_CLOCK_SKEW, MAX_LIFETIME
from schemas.messages.evaluate import MAX_EVALUATE_ELEMENTS
from schemas.messages.index import MAX_PART_ENTRIES

_NAME = re.compile(r"(?:MAX|MIN)_[A-Z0-9_]+|[A-Z0-9_]+_(?:LIFETIME|TIMEOUT_SECONDS|TIMEOUT_MS)")


def limits_page() -> str:
    """Return the page."""
    met = [
        (both("一次比对或提供的记录数", "records in one match or exchange"), _text(MAX_BATCH_RECORDS)),
        (both("一次求值的元素数", "elements in one evaluation"), _text(MAX_EVALUATE_ELEMENTS)),
        (both("超过此数的批量只证明抽样", "a batch above this is proven by a sample"), _text(SAMPLE_SIZE)),
        (both("索引每部分的条目数", "entries in one part of an index"), _text(MAX_PART_ENTRIES)),
        (both("请求有效时间", "lifetime of a request"), _text(MAX_LIFETIME)),
        (both("容许的时钟偏差", "clock skew allowed"), _text(MAX_CLOCK_SKEW)),
        (both("授权凭证有效时间", "lifetime of a grant"), _text(GRANT_LIFETIME)),
        (both("口令最短字符数", "shortest passphrase, characters"), _text(MIN_PASSPHRASE_CHARACTERS)),
        (both("工作簿行数", "rows of a workbook"), _text(workbook_guard.MAX_ROWS)),
        (both("CSV 文件行数", "rows of a CSV file"), _text(csv_file.MAX_ROWS)),
    ]
    found = [(code(name), code(module), _text(value)) for module, name, value in named_limits()]
    return page(
        "上限 / Limits",
        introduction("limits"),
        table(("上限 limit", "值 value"), met),
        "## 代码中的全部上限 / Every named limit of the code",
        "字节数、字符数和秒数按名称末尾的单位 / The unit is the end of the name: bytes, characters, seconds (ms).",
        table(("名称 name", "模块 module", "值 value"), found),
    )


def named_limits() -> Iterator[tuple[str, str, int | float | timedelta]]:
    """Yield module, name and value of every public module-level constant that is named as a limit."""
    for package in (schemas, keys, connectors, gateway):
        for module in _modules(package):
            for name in _assigned_names(module):
                value = getattr(module, name)
                if _NAME.fullmatch(name) and isinstance(value, int | float | timedelta):
                    yield module.__name__, name, value


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda one: one.name):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


@cache
def _assigned_names(module: ModuleType) -> tuple[str, ...]:
    """Return what a module's own text assigns to; parsing hundreds of modules takes seconds."""
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    names = []
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.append(name)
    return tuple(names)


def _text(value: float | timedelta) -> str:
    return f"{value.total_seconds():,.0f} s" if isinstance(value, timedelta) else f"{value:,}"
