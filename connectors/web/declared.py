"""Every route declares who may use it; an application with one that does not is not even made."""

from flask import Blueprint, Flask


class UndeclaredRouteError(RuntimeError):
    """A route names nobody who may use it, or more than one declaration stands over it."""


class EverybodyAdmitted:
    """Declares that everybody may read what a blueprint serves: the stylesheets, whether the console is up."""

    authentication = "everybody"

    def __call__(self) -> None:
        """Do nothing, by name."""


def admits_everybody(blueprint: Blueprint) -> Blueprint:
    """Declare that everybody may read what `blueprint` serves."""
    blueprint.before_request(EverybodyAdmitted())
    return blueprint


def declarations(app: Flask) -> dict[str, str]:
    """Return for each endpoint who may use it: `signed in: <permission>`, `visitor` or `everybody`.

    Raises:
        UndeclaredRouteError: an endpoint says nothing, or twice; the message names it.
    """
    return {rule.endpoint: _declaration(app, rule.endpoint) for rule in app.url_map.iter_rules()}


def _declaration(app: Flask, endpoint: str) -> str:
    blueprint = endpoint.rpartition(".")[0]
    guards = app.before_request_funcs.get(blueprint, []) if blueprint else []
    found: list[str] = [guard.authentication for guard in guards if hasattr(guard, "authentication")]
    if len(found) != 1:
        raise UndeclaredRouteError(f"{endpoint}: requires_sign_in must stand over its blueprint once")
    return found[0]
