"""Commands of the reviewer: list the possible matches of a question, and decide about one."""

import click

from connectors.cli.formats import REFERENCE
from connectors.cli.question_commands import get_key_set_of, get_question
from connectors.cli.question_tables import review_table
from connectors.cli.session import Start, pass_start
from connectors.requester.ask import Questioner
from connectors.requester.open_question import vault_of
from connectors.requester.review import REASONS, NotReviewableError, decide_row
from connectors.requester.words import OUTCOME_WORDS, REASON_WORDS, REFUSAL_WORDS, both
from connectors.state.questions import Review
from schemas.messages.match import Decision, ReviewReason


@click.command()
@click.argument("id_", metavar="ID")
@pass_start
def review(start: Start, id_: str) -> None:
    """列出待复核的可能匹配；请按行号查阅本单位的名册和档案。

    List the possible matches that wait for a decision; look the rows up in your own roster and papers.
    """
    connector = start.connector()
    vault = vault_of(connector)
    asked = get_question(vault, id_)
    waiting = [result for result in vault.results(id_) if result.is_undecided]
    start.console.print(review_table(waiting, get_key_set_of(connector, asked)))
    for decision, reasons in REASONS.items():
        start.console.print(f"\n{both(OUTCOME_WORDS[decision.value])} ({decision.value}) --reason:")
        for reason in sorted(reasons, key=list(ReviewReason).index):
            start.console.print(f"  {reason.value}  {both(REASON_WORDS[reason])}")
    start.console.print(
        f"\n下一步 / Next: question decide {id_} 行号 match|non_match --reason 理由 --officer 编号 --approver 编号"
    )


@click.command()
@click.argument("id_", metavar="ID")
@click.argument("row", type=click.IntRange(min=1))
@click.argument("decision", type=click.Choice([decision.value for decision in Decision]))
@click.option(
    "--reason",
    required=True,
    type=click.Choice([reason.value for reason in ReviewReason]),
    help="决定的依据 / on what the decision rests",
)
@click.option("--officer", required=True, type=REFERENCE, help="复核人编号 / the reviewer's reference")
@click.option("--approver", type=REFERENCE, help="审批人编号 / approver's reference")
@pass_start
def decide(start: Start, id_: str, row: int, decision: str, reason: str, officer: str, approver: str | None) -> None:
    """对一个可能匹配作出决定并记入日志；决定为匹配的，随即取得答复。

    Decide about a possible match; the decision is logged, and a match is answered at once.
    """
    session = start.session()
    questioner = Questioner(session.connector, session.client, session.trust)
    asked = questioner.open(get_question(questioner.vault, id_), officer, approver)
    decided = Review(
        decision=Decision(decision),
        reason=ReviewReason(reason),
        officer=officer,
        approver=approver,
        decided_at=session.connector.seconds(),
    )
    try:
        results = decide_row(asked, row, decided, lambda *_: None)
    except NotReviewableError as error:
        raise click.ClickException(str(error)) from None
    for result in results:
        start.console.print(f"第{row}行 / row {row}: {both(OUTCOME_WORDS[result.outcome])}")
        if result.refused is not None:
            start.console.print(both(REFUSAL_WORDS[result.refused]))
        elif result.receipt_number is not None:
            start.console.print(f"已取得答复，回执 {result.receipt_number} / answered, receipt {result.receipt_number}")
