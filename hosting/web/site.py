"""What one program tells of its console: whose accounts, below which address, and what it says of refusals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic

from hosting.accounts.book import A, AccountBook
from hosting.sign_on.sign_in import Provider
from hosting.web.error_pages import ErrorPages, Failure
from hosting.web.language import Text
from hosting.web.secret_cookie import SecretCookie

COOKIE_NAME: Final = "console_session"
VISIT_COOKIE_NAME: Final = "console_visit"


@dataclass(frozen=True)
class Site(Generic[A]):
    """One program's console.

    `prefix` stands before the address of every page; `forgotten` says whom to ask for another password;
    `permission_text` and `roles_with` tell what a permission allows and who has it; `failure_of` says what the
    program's own exceptions mean, None for those that it does not know; `logger` is where unforeseen ones are noted;
    `provider` is the identity provider that people may sign in with, None where there is none.
    """

    book: AccountBook[A]
    prefix: str
    title: Text
    forgotten: Text
    logger: str
    permission_text: Callable[[Any], Text]
    roles_with: Callable[[Any], Sequence[Text]]
    failure_of: Callable[[Exception], Failure | None]
    provider: Provider | None = None

    @property
    def home(self) -> str:
        """The address of the first page."""
        return f"{self.prefix}/"

    @property
    def cookie(self) -> SecretCookie:
        """The cookie of sessions. Before anybody has signed in it binds the forms and opens nothing."""
        return SecretCookie(COOKIE_NAME, self._is_secure)

    @property
    def visit_cookie(self) -> SecretCookie:
        """The cookie of a browser on its way to the identity provider, whose page leads back here."""
        return SecretCookie(VISIT_COOKIE_NAME, self._is_secure, "Lax")

    @property
    def _is_secure(self) -> bool:
        return self.book.sign_in_address.startswith("https://")

    @property
    def errors(self) -> ErrorPages:
        """The pages that say what went wrong."""
        return ErrorPages(self.logger, self.permission_text, self.roles_with, self.failure_of)
