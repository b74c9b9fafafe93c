"""What the demo shows on the terminal: steps, tables, and whether each step did what it should."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from rich import box
from rich.console import Console
from rich.table import Table

from connectors.desk.question_answers import say_month, say_value
from connectors.publisher.publish_index import PublishedIndex
from demo.scenario.cast import Plan
from demo.scenario.further_steps import GuardiansAsked, Reviewed
from demo.scenario.parents_play import ParentsTold
from demo.scenario.refusals import Refusal
from demo.scenario.scoring import Score, Tally
from schemas.attribute_catalogue import load_attributes
from schemas.comparison_words import describe
from schemas.key_set import load_key_set
from schemas.problem import text_of
from schemas.purpose_catalogue import load_purposes

INDEX_HEADINGS = (
    "用途\npurpose",
    "提供部门\nprovider",
    "发布\npublished",
    "范围外，不发布\noutside",
    "重复\nduplicates",
    "不可用\nunusable",
    "秒\ns",
)
SCORE_HEADINGS = (
    "用途\npurpose",
    "行\nrows",
    "匹配\nmatch",
    "可能匹配\npossible",
    "未匹配\nno match",
    "不可用\nunusable",
    "有答复\nanswered",
    "秒\ns",
)
RIGHTNESS_HEADINGS = (
    "用途\npurpose",
    "全部：查准率\nall: precision",
    "查全率\nrecall",
    "有号码：对方持有\nwith a number: held",
    "查准率\nprecision",
    "查全率\nrecall",
    "无号码：对方持有\nwithout: held",
    "查准率\nprecision",
    "查全率\nrecall",
)
NOTICE = """比对结果仅供核查参考。可能匹配须人工复核，复核前不提供任何数据。
For verification only. Possible matches wait for clerical review and release nothing."""


@dataclass
class Report:
    """Prints as the play goes on and remembers what failed."""

    console: Console
    failures: list[str] = field(default_factory=list)

    def step(self, number: int, zh: str, en: str) -> None:
        """Begin a step."""
        self.console.rule(f"[bold]{number}. {zh} / {en}")

    def expect(self, zh: str, en: str, *, is_met: bool) -> None:
        """Note whether something is as it should be."""
        mark = "✓" if is_met else "✗ 失败 / FAILED"
        self.console.print(f"{mark}  {zh} / {en}", style=None if is_met else "bold red", highlight=False)
        if not is_met:
            self.failures.append(en)

    def show_indexes(self, rows: Sequence[tuple[Plan, PublishedIndex, float]]) -> None:
        """Show what was published for each agreement, and what was left out."""
        table = _numbers_table(INDEX_HEADINGS, texts=2)
        for plan, published, seconds in rows:
            counts = published.counts
            numbers = (counts.covered, counts.outside_region, counts.duplicates, counts.unusable)
            table.add_row(plan.purpose, plan.provider.value, *(f"{number:,}" for number in numbers), f"{seconds:.1f}")
        self.console.print(table)

    def show_scores(self, rows: Sequence[tuple[Plan, Score, float]]) -> None:
        """Show each question's outcomes and, against the true links, how right they are."""
        table = _numbers_table(SCORE_HEADINGS, texts=1)
        for plan, score, seconds in rows:
            counts = (score.rows, score.all_rows.matched, score.possible, score.non_matched, score.unusable)
            table.add_row(plan.purpose, *map(str, counts), str(score.released), f"{seconds:.1f}")
        self.console.print(table)
        self._show_rightness([(plan, score) for plan, score, _ in rows])
        for plan, score, _ in rows:
            self._show_answers(plan, score)
        self.console.print(NOTICE, style="dim")

    def _show_rightness(self, rows: Sequence[tuple[Plan, Score]]) -> None:
        """Show precision and recall, also of the children with and without a usable ID number in the roster alone."""
        table = _numbers_table(RIGHTNESS_HEADINGS, texts=1)
        for plan, score in rows:
            groups = ((str(tally.held), *_rates(tally)) for tally in (score.with_number, score.without_number))
            table.add_row(plan.purpose, *_rates(score.all_rows), *chain.from_iterable(groups))
        self.console.print(table)

    def _show_answers(self, plan: Plan, score: Score) -> None:
        purpose, attribute = load_purposes()[plan.purpose], load_attributes()[plan.attribute]
        words = {"1": "是 yes", "0": "否 no", "": "— n/a"}
        counts = "，".join(f"{words.get(value, value)} {count}" for value, count in sorted(score.answers.items()))
        self.console.print(
            f"{plan.purpose} {purpose.name_zh}：{attribute.name_zh} {counts}；"
            f"与真实情况一致 / as in truth {score.right_answers}/{score.released}",
            highlight=False,
        )

    def show_review(self, reviewed: Reviewed) -> None:
        """Show what the reviewer saw, and what came of the decision."""
        words = describe(load_key_set("G"), reviewed.before.comparison)
        right = "是同一儿童 / the same child" if reviewed.is_right else "不是同一儿童 / another child"
        self.console.print(
            f"{reviewed.plan.purpose} 第{reviewed.before.row_number}行，可能匹配 / row {reviewed.before.row_number}, "
            f"a possible match：{words.zh} / {words.en}\n复核人查阅材料后定为匹配 / decided to be a match：{right}",
            highlight=False,
        )

    def show_guardians(self, guardians: GuardiansAsked) -> None:
        """Show how many of the guardians asked about have children on file."""
        self.console.print(
            f"P10 名单上 {guardians.asked} 名监护人，{guardians.found} 人有在册子女，共 {guardians.children} 名儿童，"
            f"在办个案 {guardians.open_cases} / {guardians.asked} guardians, {guardians.found} with children on file: "
            f"{guardians.children} children, {guardians.open_cases} open cases",
            highlight=False,
        )

    def show_parents(self, parents: ParentsTold) -> None:
        """Show what civil affairs learns of each child: a class, and nothing else."""
        table = Table("儿童 / child", "类别 / class", "缺数据的部门 / lacking", "下次复核 / look again")
        for number, one in enumerate(parents.told, 1):
            words = (
                say_value("parental_status_class", one.parental_class),
                say_value("missing_provider_type", one.lacking),
                say_month(one.review),
            )
            table.add_row(str(number), *(f"{word.zh}\n{word.en}" for word in words))
        self.console.print(table)
        self.console.print(
            f"{len(parents.offices)} 个部门轮流标记 / offices took turns: {parents.board_seconds:.1f} s；"
            f"{len(parents.told)} 名儿童 / children: {parents.question_seconds:.1f} s",
            highlight=False,
        )

    def show_refusals(self, refusals: Sequence[Refusal]) -> None:
        """Show what was tried and why it was refused."""
        table = Table("尝试 / tried", "拒绝理由 / refused because", "代码 / code", "", show_lines=True)
        for refusal in refusals:
            text = text_of(refusal.met) if refusal.met else None
            reason = f"{text.title_zh}\n{text.title_en}" if text else "没有被拒绝 / it went through"
            code = refusal.met.value if refusal.met else "—"
            mark = "✓" if refusal.is_as_expected else "✗"
            table.add_row(f"{refusal.tried_zh}\n{refusal.tried_en}", reason, code, mark)
        self.console.print(table)


def _rates(tally: Tally) -> tuple[str, str]:
    return f"{tally.precision:.3f}", f"{tally.recall:.3f}"


def _numbers_table(headings: Sequence[str], texts: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place < texts else "right")
    return table
