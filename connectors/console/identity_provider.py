"""The agency's own identity provider, where it has one: officers sign in with it, their accounts stay here."""

from connectors.context import Connector
from hosting.sign_on.sign_in import Provider


def open_provider(connector: Connector) -> Provider | None:
    """Return the provider that the settings name, None where they name none; asks it nothing yet.

    Raises:
        ProviderSettingsError: the client secret can't be read.
    """
    settings = connector.settings.identity_provider
    if settings is None:
        return None
    return Provider.open(settings, connector.folder, connector.now)
