"""Rules about one officer's rate and hours. Officers are tags: whose they are is told by a reasoned disclosure only."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from gateway.alerts.facts import EntryRow, Finding, Material, OfficerHour, RunCount, finding_of, group_rows
from gateway.alerts.requests import is_emergency
from gateway.alerts.rule import Rule
from schemas.problem import ProblemCode

HOURS_A_DAY = 24


def find_busy_officers(rule: Rule, material: Material) -> list[Finding]:
    """Find officers who in one day ask for several times the median of their peers in the same agency."""
    days: dict[tuple[str, date], Counter[str]] = {}
    for hour in material.activity:
        days.setdefault((hour.agency, hour.day_on), Counter())[hour.officer.hex()] += hour.requests
    found = []
    for (agency, day, officer), rows in _by_officer(material.new).items():
        requests = days.get((agency, date.fromisoformat(day)), Counter())
        own, peers = requests[officer], [count for tag, count in requests.items() if tag != officer]
        if len(peers) < rule.number("peers_at_least") or own < rule.number("requests_at_least"):
            continue
        if own > rule.number("median") * median(peers):
            found.append(finding_of(rows, agency, day, officer, count=own))
    return found


def find_office_hours(rule: Rule, material: Material) -> list[Finding]:
    """Find requests between the evening and the morning, by officer and night; emergencies have a rule of their own."""
    from_hour, until_hour = rule.number("from_hour"), rule.number("until_hour")
    late = [row for row in material.new if row.hour >= from_hour or row.hour < until_hour]
    nights: dict[tuple[str, ...], list[EntryRow]] = {}
    for row in late:
        if not is_emergency(row.purpose):
            evening_on = row.day_on - timedelta(days=row.hour < until_hour)
            officer = "" if row.officer is None else row.officer.hex()
            nights.setdefault((row.actor or "", officer, evening_on.isoformat()), []).append(row)
    return [finding_of(rows, *cause) for cause, rows in nights.items()]


def find_own_hours(rule: Rule, material: Material) -> list[Finding]:
    """Find requests more than an hour away from the hours at which the officer has been asking so far."""
    known: dict[tuple[str, str], list[OfficerHour]] = {}
    for hour in material.activity:
        known.setdefault((hour.agency, hour.officer.hex()), []).append(hour)
    found = []
    for (agency, day, officer), rows in _by_officer(material.new).items():
        before = [hour for hour in known.get((agency, officer), ()) if hour.day_on.isoformat() < day]
        usual = _usual_hours(before, rule)
        unusual = [row for row in rows if usual and row.hour not in usual]
        if unusual:
            found.append(finding_of(unusual, agency, day, officer))
    return found


def find_officer_hit_rates(rule: Rule, material: Material) -> list[Finding]:
    """Find officers whose questions of a day under an agreement hardly match, or far less than those of their peers."""
    found = []
    for (agreement, day, officer), rows in _by_agreement_and_officer(material.new).items():
        runs = [run for run in material.runs if (run.agreement, run.day_on.isoformat()) == (agreement, day)]
        own = _Hits.of(run for run in runs if run.officer == bytes.fromhex(officer))
        peers = _Hits.of(run for run in runs if run.officer != bytes.fromhex(officer))
        if own.asked >= rule.number("asked_at_least") and _is_unusual(rule, own, peers):
            found.append(finding_of(rows, agreement, day, officer, count=own.asked - own.matched))
    return found


@dataclass(frozen=True, slots=True)
class _Hits:
    """How many records were asked for, and how many of them matched."""

    asked: int
    matched: int

    @classmethod
    def of(cls, runs: Iterable[RunCount]) -> "_Hits":
        """Add runs up."""
        counted = list(runs)
        return cls(sum(run.asked for run in counted), sum(run.matched for run in counted))


def _is_unusual(rule: Rule, own: _Hits, peers: _Hits) -> bool:
    if 100 * own.matched < rule.number("matched_below") * own.asked:
        return True
    is_comparable = peers.asked >= rule.number("peers_asked_at_least")
    share = rule.number("share_of_peers_below")
    return is_comparable and 100 * own.matched * peers.asked < share * peers.matched * own.asked


def _by_agreement_and_officer(rows: Iterable[EntryRow]) -> dict[tuple[str, ...], list[EntryRow]]:
    return group_rows((row for row in rows if row.officer is not None), "policy", "day_on", "officer")


def find_exceeded_budgets(_rule: Rule, material: Material) -> list[Finding]:
    """Find officers who went on asking after their own daily budget was used up."""
    over = (row for row in material.new if row.reason == ProblemCode.OFFICER_BUDGET_EXHAUSTED.value)
    return [finding_of(rows, *cause) for cause, rows in _by_officer(over).items()]


def find_suspended_officers(_rule: Rule, material: Material) -> list[Finding]:
    """Find suspensions, by the officer's agency (the peer) and day: each is an emergency call that went wrong."""
    return [finding_of(rows, *cause) for cause, rows in group_rows(material.new, "peer", "day_on").items()]


def _by_officer(rows: Iterable[EntryRow]) -> dict[tuple[str, ...], list[EntryRow]]:
    return group_rows((row for row in rows if row.officer is not None), "actor", "day_on", "officer")


def _usual_hours(hours: Iterable[OfficerHour], rule: Rule) -> frozenset[int]:
    """Return the hours with their share of the requests, and their neighbours; none while too little is known."""
    counts: Counter[int] = Counter()
    for hour in hours:
        counts[hour.hour] += hour.requests
    if counts.total() < rule.number("requests_at_least"):
        return frozenset()
    usual = [hour for hour, count in counts.items() if 100 * count >= rule.number("usual_above") * counts.total()]
    return frozenset((hour + step) % HOURS_A_DAY for hour in usual for step in (-1, 0, 1))
