"""The command that says who may learn an attribute, and what an agency can put together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import click
from rich.table import Column, Table

from gateway.cli.session import Start, pass_start
from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.match_profile_words import MATCH_PROFILE_WORDS
from gateway.domain.who_can import Way, profiles, reach, ways_of, ways_to
from gateway.services.open_agreements import list_ways
from schemas.agreement import Approval
from schemas.attribute_catalogue import load_attributes, never_released


@click.command("who-can")
@click.argument("attribute", required=False)
@click.option(
    "--agency", help="这个单位把能问的都问了，能知道什么 / what this agency can learn if it asks all that it may"
)
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def who_can(start: Start, attribute: str | None, agency: str | None, *, as_json: bool) -> None:
    """按生效的协议，说明谁能知道一个数据项、关于哪里的孩子。 / Say who may learn an attribute about which children.

    只读协议，不读日志和数据。 / Reads agreements alone, neither log nor data.
    """
    if (attribute is None) == (agency is None):
        raise click.UsageError("请给出数据项或 --agency 之一 / give an attribute or --agency, one of them")
    if attribute is not None and attribute not in load_attributes():
        raise click.BadParameter("目录中没有该数据项 / the catalogue has no such attribute")
    ways = _ways(start, agency)
    if attribute is not None:
        _show_ways(start, attribute, ways_to(attribute, ways), as_json=as_json)
    else:
        _show_reach(start, ways, as_json=as_json)


def _ways(start: Start, agency: str | None) -> tuple[Way, ...]:
    with start.gateway() as gateway:
        if agency is not None and gateway.members.current().find(agency) is None:
            raise click.BadParameter("登记中没有该单位 / the registry has no such agency")
        ways = list_ways(gateway)
    return ways if agency is None else ways_of(agency, ways)


def _show_ways(start: Start, attribute: str, ways: Sequence[Way], *, as_json: bool) -> None:
    if as_json:
        start.console.print_json(data={"attribute": attribute, "ways": [_way_as_json(way) for way in ways]})
        return
    if attribute in never_released():
        start.console.print("不予共享：任何协议、任何人都不能得到 / Never released: by no agreement, to nobody")
        return
    heads = ("单位 / agencies", "用途 / purpose", "地区 / regions", "比对依据 / found by", "条件 / conditions")
    table = _table(heads, _name(attribute))
    for way in ways:
        table.add_row(*_way_row(way))
    start.console.print(table if ways else "目前没有人能得到 / Nobody may learn it at present")


def _way_row(way: Way) -> tuple[str, ...]:
    terms, found_by = way.agreement, MATCH_PROFILE_WORDS[way.purpose.match_on]
    relations = "".join(f"\n{relation}" for relation in way.purpose.relations)
    return (
        f"{terms.requester.agency} →\n{terms.provider.agency}",
        f"{way.purpose.id} {way.purpose.name_zh}\n{way.purpose.name_en}",
        "\n".join(terms.regions),
        f"{found_by.zh}\n{found_by.en}{relations}",
        _conditions(way),
    )


def _conditions(way: Way) -> str:
    terms = way.agreement
    return "\n".join(
        [
            *(["案件编号 / case number"] if terms.case_number_required else []),
            *(["第二人审批 / second person"] if terms.approval is Approval.SECOND_PERSON else []),
            f"每批 / a batch ≤ {terms.max_batch:,}",
            f"每日计算 / evaluations a day ≤ {terms.evaluations_per_day:,}",
            f"每日提供 / releases a day ≤ {terms.releases_per_day:,}",
            f"截止 / until {datetime.fromtimestamp(terms.valid_until, LEGAL_ZONE).date().isoformat()}",
        ]
    )


def _way_as_json(way: Way) -> dict[str, object]:
    return {
        "agreement": way.digest,
        "requester": way.agreement.requester.agency,
        "provider": way.agreement.provider.agency,
        "purpose": way.purpose.id,
        "regions": way.agreement.regions,
        "match_on": way.purpose.match_on.value,
        "relations": way.purpose.relations,
        "case_number_required": way.agreement.case_number_required,
        "approval": way.agreement.approval.value,
        "max_batch": way.agreement.max_batch,
        "evaluations_per_day": way.agreement.evaluations_per_day,
        "releases_per_day": way.agreement.releases_per_day,
        "valid_until": way.agreement.valid_until,
    }


def _show_reach(start: Start, ways: Sequence[Way], *, as_json: bool) -> None:
    if as_json:
        start.console.print_json(data=_reach_as_json(ways))
        return
    providers = _table(
        ("提供方 / provider", "数据项 / attributes", "用途 / purposes", "地区 / regions"),
        "从各单位能知道什么 / What it may learn from each",
    )
    for one in reach(ways):
        providers.add_row(one.provider, _names(one.attributes), ", ".join(one.purposes), "\n".join(one.regions))
    together = _table(
        ("地区 / regions", "数据项 / attribute", "提供方 / provider", "用途 / purpose"),
        "关于同一个孩子能拼在一起的 / What stands together about one child",
    )
    for profile in profiles(ways):
        for place, learnt in enumerate(profile.learnt):
            region = "" if place else "\n".join(profile.regions)
            together.add_row(region, _name(learnt.attribute), learnt.provider, learnt.purpose)
        together.add_section()
    start.console.print(providers, together)


def _reach_as_json(ways: Sequence[Way]) -> dict[str, object]:
    return {
        "providers": [
            {
                "provider": one.provider,
                "attributes": one.attributes,
                "purposes": one.purposes,
                "regions": one.regions,
            }
            for one in reach(ways)
        ],
        "about_one_child": [
            {
                "regions": profile.regions,
                "learnt": [
                    {"attribute": one.attribute, "provider": one.provider, "purpose": one.purpose}
                    for one in profile.learnt
                ],
            }
            for profile in profiles(ways)
        ],
    }


def _table(heads: Sequence[str], title: str) -> Table:
    first, *others = heads
    return Table(Column(first, no_wrap=True), *(Column(head, overflow="fold") for head in others), title=title)


def _names(attributes: Iterable[str]) -> str:
    return "\n".join(map(_name, attributes))


def _name(attribute: str) -> str:
    known = load_attributes()[attribute]
    return f"{known.name_zh} / {known.name_en}"
