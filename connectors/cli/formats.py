"""Arguments that must have the form of the messages they go into: refused at the prompt, by name and without the value.

A name or an ID number typed where a reference is due must neither be kept nor sent; what is refused here is neither.
"""

import re
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from schemas.attribute_catalogue import ReleasableId
from schemas.formats import AgencyId, Digest, Reference, RegionScope


class FormatType(click.ParamType[str]):
    """A click type that takes what one of the formats of `schemas.formats` takes."""

    name = "text"

    def __init__(self, form: Any, sentence: str) -> None:
        self._form: TypeAdapter[str] = TypeAdapter(form)
        self._sentence = sentence

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text if it has the form; fails with a sentence that does not repeat it."""
        try:
            return self._form.validate_python(value)
        except ValidationError:
            self.fail(self._sentence, param, ctx)


REFERENCE = FormatType(
    Reference,
    "应为本单位的编号：字母、数字和 _ . -，2至40个字符，不得为姓名或身份号码 / "
    "an own reference: 2 to 40 letters, digits, _ . -; never a name or an ID number",
)
REGION = FormatType(RegionScope, "应为行政区划代码 / a region code of 2, 4, 6, 9 or 12 digits")
ATTRIBUTE = FormatType(ReleasableId, "应为数据项代号 / the id of an attribute, e.g. disability_cert_valid")
AGENCY = FormatType(AgencyId, "应为单位代号 / an agency's id, e.g. civil_affairs.990101")


class DigestCommand(click.Command):
    """A command that takes a digest. One in 64 begins with a hyphen, and is no option for it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; a blank before such a digest keeps it from being read as an option."""
        return super().parse_args(ctx, [f" {text}" if _LIKE_AN_OPTION.fullmatch(text) else text for text in args])


class _DigestType(FormatType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(str(value).removeprefix(" "), param, ctx)


_LIKE_AN_OPTION = re.compile(r"-[A-Za-z0-9_-]{42}")
DIGEST = _DigestType(Digest, "应为协议编号：43个字符 / an agreement's digest: 43 characters")
