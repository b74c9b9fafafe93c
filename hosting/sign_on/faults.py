"""Why somebody who comes from the identity provider is not signed in, in words that quote nothing of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from schemas.faults import FaultError, Wording


class SignOnFault(StrEnum):
    """Why somebody who comes from the provider is not signed in."""

    OVER = "over"
    DECLINED = "declined"
    UNTRUSTED = "untrusted"
    UNREACHABLE = "unreachable"
    SECOND_FACTOR = "second_factor"
    NO_ACCOUNT = "no_account"


class SignOnError(FaultError):
    """Somebody who comes from the provider is not signed in."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        SignOnFault.OVER: Wording(
            "这次登录已经用过、已超过 10 分钟，或者不是在这个浏览器里开始的。请重新登录。",
            "This sign-in was used already, took over 10 minutes, or did not begin in this browser. Begin again.",
        ),
        SignOnFault.DECLINED: Wording(
            "统一身份认证没有让您登录。请重试，或联系其管理人员。",
            "Your agency's identity provider did not sign you in. Try again, or ask those who run it.",
        ),
        SignOnFault.UNTRUSTED: Wording(
            "统一身份认证的答复没有通过核验，已弃用。请告知安全管理员。",
            "The identity provider's answer did not pass the checks. Tell the security administrator.",
        ),
        SignOnFault.UNREACHABLE: Wording(
            "暂时连不上统一身份认证。请稍后再试。", "The identity provider can't be reached just now. Try again later."
        ),
        SignOnFault.SECOND_FACTOR: Wording(
            "统一身份认证没有证明您使用了第二种验证方式（如动态码）。请用双因素方式登录。",
            "The identity provider did not state that a second factor was used. Sign in there with two factors.",
        ),
        SignOnFault.NO_ACCOUNT: Wording(
            "您的统一身份没有绑定可用的账号。请联系本单位安全管理员。",
            "Your identity is not bound to an account in use here. Ask your security administrator.",
        ),
    }
