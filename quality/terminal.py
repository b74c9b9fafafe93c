"""Shows the results in the terminal."""

from rich.console import Console
from rich.table import Table

from quality.averages import averages
from quality.labels import METHOD_LABELS, trial_label
from quality.results import METHODS, Outcome, Results, TrialResult


def show_results(console: Console, results: Results) -> None:
    """Print the means of each method, and every trial."""
    console.print(_means(results))
    console.print(_trials(results))


def _means(results: Results) -> Table:
    table = Table(title="各对部门的平均 / Means over pairs of agencies", title_justify="left")
    for heading in ("", "F1", "precision", "recall", "lowest F1", "best F1"):
        table.add_column(heading, justify="left" if not heading else "right")
    for method in METHODS:
        over = averages(results.in_group("pairs"), method)
        values = (over.f1, over.precision, over.recall, over.lowest_f1, over.best_f1)
        table.add_row(METHOD_LABELS[method].en, *("–" if value is None else f"{value:.4f}" for value in values))
    return table


def _trials(results: Results) -> Table:
    table = Table(title="F1（最好的） / F1 (best)", title_justify="left")
    table.add_column("")
    table.add_column("true links", justify="right")
    for method in METHODS:
        table.add_column(METHOD_LABELS[method].en.partition(" (")[0], justify="right")
    for trial in results.trials:
        name = f"{trial_label(trial).en}{'' if trial.seed is None else f' ({trial.seed})'}"
        table.add_row(name, f"{trial.true_links:,}", *(_cell(trial, trial.of(method)) for method in METHODS))
    return table


def _cell(trial: TrialResult, outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    if outcome.chosen is None:
        return outcome.missing or "–"
    if not trial.true_links:
        return f"{outcome.chosen.links - outcome.chosen.right:,} wrong"
    best = "" if outcome.best is None else f" ({outcome.best.f1:.4f})"
    return f"{outcome.chosen.f1:.4f}{best}"
