"""The page's tables of how right each method is."""

from collections.abc import Sequence

from docs.generation.marked_page import figure_table
from quality.averages import averages, by_name, why_missing
from quality.labels import METHOD_LABELS, WITHHELD_LABELS, pair_label, trial_label
from quality.markdown import NOTHING, both, missing, share
from quality.results import METHODS, Method, Outcome, Results, TrialResult


def overview(results: Results) -> str:
    """Return all methods in a few figures."""
    rows = []
    for method in METHODS:
        pairs, large, febrl = (results.in_group(group) for group in ("pairs", "large", "febrl"))
        over_pairs = averages(pairs, method)
        rows.append(
            [
                both(METHOD_LABELS[method]),
                _figure(over_pairs.f1, pairs, method),
                share(over_pairs.precision),
                share(over_pairs.recall),
                share(over_pairs.lowest_f1),
                share(over_pairs.best_f1),
                _figure(averages(large, method).f1, large, method),
                _figure(averages(febrl, method).f1, febrl, method),
            ]
        )
    heads = [
        "",
        "F1<br>（不用答案选阈值）<br>(threshold without labels)",
        "精确率<br>precision",
        "召回率<br>recall",
        "最差一对的 F1<br>F1 of the worst pair",
        "最好的 F1<br>（知道答案才选得到）<br>best F1, if labels were known",
        "儿童多时的 F1<br>F1, many children",
        "FEBRL4",
    ]
    return figure_table(heads, rows)


def pairs(results: Results) -> str:
    """Return the six pairs of agencies, as means over the provinces."""
    rows = []
    for name, trials in by_name(results.in_group("pairs")).items():
        cells = [both(pair_label(name)), f"{sum(trial.true_links for trial in trials) / len(trials):,.0f}"]
        for method in METHODS:
            over = averages(trials, method)
            cells += [_figure(over.f1, trials, method), share(over.best_f1)]
        ours = averages(trials, "ours")
        rows.append([*cells, share(ours.precision), share(ours.recall)])
    heads = ["", "真链接<br>true links"]
    for method in METHODS:
        heads += [f"{METHOD_LABELS[method].en.split()[0]}<br>F1", "最好<br>best"]
    heads[2] = "本系统 ours<br>F1"
    return figure_table([*heads, "本系统精确率<br>our precision", "本系统召回率<br>our recall"], rows)


def large(results: Results) -> str:
    """Return the pairs of the large province, with time and memory."""
    rows: list[list[str]] = []
    for trial in results.in_group("large"):
        for method in ("ours", "splink"):
            if (outcome := trial.of(method)) is not None:
                rows.append([_once(both(trial_label(trial)), rows), *_large_cells(trial, method, outcome)])
    heads = [
        "",
        "方法<br>method",
        "记录<br>records",
        "真链接<br>true links",
        "F1",
        "精确率<br>precision",
        "召回率<br>recall",
        "最好 F1<br>best F1",
        "秒<br>seconds",
        "内存 MiB<br>memory, MiB",
    ]
    return figure_table(heads, rows) if rows else "本次未测。 / Not measured this time."


def _once(label: str, rows: Sequence[Sequence[str]]) -> str:
    """Return the label unless a row above has it."""
    return "" if any(row[0] == label for row in rows) else label


def _large_cells(trial: TrialResult, method: Method, outcome: Outcome) -> list[str]:
    chosen = outcome.chosen
    return [
        METHOD_LABELS[method].zh,
        f"{trial.left_records:,} × {trial.right_records:,}",
        f"{trial.true_links:,}",
        share(chosen.f1) if chosen else missing(outcome.missing),
        share(chosen.precision if chosen else None),
        share(chosen.recall if chosen else None),
        share(outcome.best.f1 if outcome.best else None),
        f"{sum(outcome.seconds.values()):,.0f}",
        f"{outcome.peak_memory_mb:,.0f}",
    ]


def special(results: Results) -> str:
    """Return the special cases."""
    rows = []
    for trial in results.in_group("special"):
        ours, splink, anonlink = (trial.of(method) for method in METHODS)
        rows.append(
            [
                both(trial_label(trial)),
                f"{trial.true_links:,}",
                _links(ours),
                _f1(trial, ours),
                f"{ours.possible_matches:,}" if ours and ours.possible_matches is not None else NOTHING,
                share(ours.precision if ours else None),
                _withheld(ours),
                _links(splink),
                _f1(trial, splink),
                _links(anonlink),
                _f1(trial, anonlink),
            ]
        )
    heads = [
        "",
        "真链接<br>true links",
        "本系统匹配（错）<br>our matches (wrong)",
        "F1",
        "待人工核对<br>possible matches",
        "自估精确率<br>own estimate of precision",
        "按概率的匹配被扣住<br>matches by probability withheld",
        "Splink（错）<br>(wrong)",
        "F1",
        "anonlink（错）<br>(wrong)",
        "F1",
    ]
    return figure_table(heads, rows)


def _links(outcome: Outcome | None) -> str:
    if outcome is None or outcome.chosen is None:
        return NOTHING if outcome is None else missing(outcome.missing)
    return f"{outcome.chosen.links:,} ({outcome.chosen.links - outcome.chosen.right:,})"


def _f1(trial: TrialResult, outcome: Outcome | None) -> str:
    return share(outcome.chosen.f1) if trial.true_links and outcome and outcome.chosen else NOTHING


def _withheld(outcome: Outcome | None) -> str:
    if outcome is None:
        return NOTHING
    basis = {"rules": "按规则，无模型<br>rules, no model", "kept_model": "用留下的模型<br>kept model"}
    told = both(WITHHELD_LABELS[outcome.withheld]) if outcome.withheld else ""
    return "<br>".join(filter(None, (told, basis.get(outcome.basis or "", "")))) or "否<br>no"


def estimates(results: Results) -> str:
    """Return how far what a method says of its own links is from the truth, over all pairs of agencies."""
    rows = []
    for method in METHODS:
        errors = [_estimate_errors(outcome) for trial in results.in_group("pairs") if (outcome := trial.of(method))]
        known = [error for error in errors if error is not None]
        if known:
            rows.append([both(METHOD_LABELS[method]), *_spread([p for p, _ in known]), *_spread([r for _, r in known])])
        else:
            rows.append([both(METHOD_LABELS[method]), *[NOTHING] * 4])
    heads = [
        "",
        "精确率：平均偏差<br>precision: mean error",
        "最大偏差<br>largest",
        "召回率：平均偏差<br>recall: mean error",
        "最大偏差<br>largest",
    ]
    return figure_table(heads, rows)


def _estimate_errors(outcome: Outcome) -> tuple[float, float] | None:
    if outcome.chosen is None or outcome.precision is None or outcome.recall is None:
        return None
    return outcome.precision - outcome.chosen.precision, outcome.recall - outcome.chosen.recall


def _spread(errors: Sequence[float]) -> list[str]:
    return [f"{sum(errors) / len(errors):+.4f}", f"{max(errors, key=abs):+.4f}"]


def _figure(value: float | None, trials: Sequence[TrialResult], method: Method) -> str:
    return missing(why_missing(trials, method)) if value is None else share(value)
