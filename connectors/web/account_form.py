"""The roles of an account in a form: what may be chosen, and what was."""

from flask import request

from connectors.console.roles import Role
from connectors.web.wordings import ROLE_DUTIES, ROLE_NAMES
from hosting.web.language import choose


def typed_roles() -> frozenset[Role]:
    """Return the roles that were chosen; what is none is left out."""
    known = {role.value for role in Role}
    return frozenset(Role(text) for text in request.form.getlist("roles") if text in known)


def role_choices() -> list[tuple[str, str, str]]:
    """Return all roles as choices: code, name, what they do."""
    return [(role.value, choose(ROLE_NAMES[role]), choose(ROLE_DUTIES[role])) for role in Role]
