"""The page's tables of what linkage costs, what an index gives away, and what the figures were taken on."""

from collections.abc import Iterable

from docs.generation.marked_page import figure_table
from quality.averages import mean_of
from quality.labels import METHOD_LABELS
from quality.markdown import NOTHING, both
from quality.results import METHODS, LeakageRow, Results
from schemas.faults import Wording


def cost(results: Results) -> str:
    """Return time and memory of a pair of agencies, on average."""
    rows = []
    for method in METHODS:
        seconds = mean_of(results, method, lambda outcome: sum(outcome.seconds.values()))
        memory = mean_of(results, method, lambda outcome: outcome.peak_memory_mb)
        steps = next((o.seconds for t in results.in_group("pairs") if (o := t.of(method)) and o.seconds), {})
        rows.append(
            [
                both(METHOD_LABELS[method]),
                NOTHING if seconds is None else f"{seconds:,.1f}",
                "、".join(steps),
                NOTHING if memory is None else f"{memory:,.0f}",
            ]
        )
    heads = ["", "秒<br>seconds", "其中<br>made up of", "内存 MiB<br>memory, MiB"]
    return figure_table(heads, rows)


def hashing(results: Results) -> str:
    """Return what hashes cost, which the times above leave out."""
    pairs_ = results.in_group("pairs")
    a_record = sum(sum(trial.hashes_a_record) for trial in pairs_) / max(1, 2 * len(pairs_))
    cost_ = results.hashing
    parts = (
        (Wording("建索引：机构对自己的关联键求值", "index: an agency evaluates its own keys"), cost_.index),
        (Wording("提问：盲化、核对证明、去盲", "asking: blinding, verifying the proof, finalizing"), cost_.requester),
        (Wording("答复：对盲化元素求值并证明", "answering: evaluating blinded elements, with proof"), cost_.provider),
    )
    rows = [
        [both(label), f"{micro:,.0f}", f"{micro * a_record / 1_000:,.1f}", f"{micro * a_record / 60:,.0f}"]
        for label, micro in parts
    ]
    heads = [
        f"每条记录平均 {a_record:.1f} 个散列<br>{a_record:.1f} hashes a record",
        "微秒/散列<br>µs a hash",
        "毫秒/记录<br>ms a record",
        "分钟/百万条记录<br>minutes for a million records",
    ]
    return figure_table(heads, rows)


def protocol(results: Results) -> str:
    """Return what one link takes through the whole signed protocol, beside Splink on the same files."""
    found = results.protocol
    if found is None:
        return NOTHING
    steps = (
        (Wording("发布索引（每份协议一次）", "publishing the index, once an agreement"), found.publish_seconds),
        (
            Wording(
                "首次提问，到第一批结果为止：散列、发送、比对",
                "asking, up to the first outcomes: hashing, sending, matching",
            ),
            found.link_seconds,
        ),
        (Wording("首次提问，到最后一张回执为止", "asking, up to the last receipt"), found.ask_seconds),
        (Wording("同样的问题再问一次", "the same question again"), found.again_seconds),
        (Wording("一名儿童", "one child"), found.single_seconds),
        (Wording("Splink，明文，只比对", "Splink in clear, linking alone"), found.splink_seconds),
    )
    rows = [[both(label), NOTHING if seconds is None else f"{seconds:,.2f}"] for label, seconds in steps]
    asked = Wording(
        f"{found.rows:,} 行问 {found.index_records:,} 条记录，{found.matches:,} 行得到答复",
        f"{found.rows:,} rows against {found.index_records:,} records, {found.matches:,} answered",
    )
    return figure_table([both(asked), "秒<br>seconds"], rows)


def leakage(results: Results) -> str:
    """Return what the hashes of each key type give away."""
    found = results.leakage
    everything = {row.key_type: row for row in found.everything}
    rows = [
        [f"`{row.key_type}`", *_leakage_cells(row), f"{everything[row.key_type].largest:,}"] for row in found.published
    ]
    rows.append(["**合计 / all**", *_leakage_cells(_sum(found.published)), ""])
    rows += [[f"（{row.key_type}）", *_leakage_cells(row), f"{row.largest:,}"] for row in found.single_attributes]
    heads = [
        "关联键<br>key type",
        "不同的散列<br>different hashes",
        "只出现一次<br>occur once",
        "最大的一组<br>largest group",
        "被猜中<br>named rightly",
        "占比<br>share",
        "不剔除时最大的一组<br>largest group if none were left out",
    ]
    return figure_table(heads, rows)


def _leakage_cells(row: LeakageRow) -> list[str]:
    share_named = row.named / row.hashes if row.hashes else 0.0
    return [f"{row.hashes:,}", f"{row.once:.1%}", f"{row.largest:,}", f"{row.named:,}", f"{share_named:.3%}"]


def _sum(rows: Iterable[LeakageRow]) -> LeakageRow:
    rows = tuple(rows)
    hashes = sum(row.hashes for row in rows)
    return LeakageRow(
        key_type="",
        hashes=hashes,
        once=sum(row.once * row.hashes for row in rows) / max(1, hashes),
        largest=max((row.largest for row in rows), default=0),
        named=sum(row.named for row in rows),
    )


def machine(results: Results) -> str:
    """Return what the figures were taken on."""
    versions = {
        name: value
        for trial in results.trials
        for outcome in trial.outcomes
        for name, value in outcome.versions.items()
    }
    taken = ("processor", "cores", "system", "Python", "libsodium", "numpy")
    rows = [[name, results.machine[name]] for name in taken if name in results.machine]
    rows += [[name, value] for name, value in versions.items()]
    loads = (results.machine.get(when, NOTHING) for when in ("load at start", "load at end"))
    rows.append(["负载 load", " → ".join(loads)])
    return figure_table(["", ""], rows)
