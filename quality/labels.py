"""What people call methods, agencies and special cases on the page and in the terminal, Chinese first."""

from collections.abc import Mapping
from typing import Final

from quality.results import Method, TrialResult
from schemas.faults import Wording

METHOD_LABELS: Final[Mapping[Method, Wording]] = {
    "ours": Wording("本系统（只看散列）", "this system (hashes only)"),
    "splink": Wording("Splink（明文）", "Splink (plaintext)"),
    "anonlink": Wording("anonlink（布隆过滤器）", "anonlink (Bloom filters)"),
}

AGENCY_LABELS: Final[Mapping[str, Wording]] = {
    "civil_affairs": Wording("民政", "civil affairs"),
    "education": Wording("教育", "education"),
    "public_security": Wording("公安", "public security"),
    "disabled_federation": Wording("残联", "federation"),
}

CASE_LABELS: Final[Mapping[str, Wording]] = {
    "no_overlap": Wording("没有共同的儿童", "no child in common"),
    "few_rows": Wording("各300行，没有模型", "300 rows each, no model"),
    "few_rows_kept_model": Wording("各300行，用此前留下的模型", "300 rows each, model kept from the whole files"),
    "duplicates": Wording("一方3%的行重复", "3 % of one file's rows twice"),
    "no_date_column": Wording("一方没有出生日期列（号码里有）", "one file without a date column (numbers have it)"),
    "no_numbers": Wording("一方没有证件号", "one file without ID numbers"),
    "no_numbers_no_guardians": Wording("一方没有证件号和监护人", "one file without ID numbers and guardians"),
    "no_dates": Wording("一方没有证件号和出生日期", "one file without ID numbers and dates"),
}

REASON_LABELS: Final[Mapping[str, Wording]] = {
    "not installed": Wording("未能安装", "could not be installed"),
    "failed": Wording("运行失败", "failed"),
}

WITHHELD_LABELS: Final[Mapping[str, Wording]] = {
    "low_precision": Wording("估计精确率过低", "estimated precision too low"),
    "too_few_pairs": Wording("记录太少", "too few pairs"),
    "duplicates": Wording("有重复行", "duplicates"),
}


def pair_label(name: str) -> Wording:
    """Return what a pair of agencies is called."""
    left, right = (AGENCY_LABELS[agency] for agency in name.split("/"))
    return Wording(f"{left.zh} × {right.zh}", f"{left.en} × {right.en}")


def trial_label(trial: TrialResult) -> Wording:
    """Return what a trial is called."""
    if trial.group == "febrl":
        return Wording("FEBRL4", "FEBRL4")
    return CASE_LABELS[trial.name] if trial.group == "special" else pair_label(trial.name)
