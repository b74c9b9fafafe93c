"""The page of problem codes (RFC 9457), from `schemas/problems.yaml`."""

import json

from docs.generation.markdown import block, both, code, introduction, page, table
from schemas.problem import ProblemCode, ProblemError, text_of


def problem_codes_page() -> str:
    """Return the page: an example first, then every code."""
    example = ProblemError(ProblemCode.ATTRIBUTE_NOT_AGREED, "/attributes/0", "attributes").as_problem("zh")
    rows = [
        (
            code(problem.value),
            str(text_of(problem).status),
            both(text_of(problem).title_zh, text_of(problem).title_en),
            both(text_of(problem).next_zh, text_of(problem).next_en),
        )
        for problem in ProblemCode
    ]
    return page(
        "问题代码 / Problem codes",
        introduction("problem-codes"),
        block("json", json.dumps(example.model_dump(mode="json"), ensure_ascii=False, indent=2)),
        table(("代码 code", "状态 status", "说明 what is wrong", "下一步 what to do next"), rows),
    )
