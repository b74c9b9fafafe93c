"""HTTP: one blueprint a resource, thin over the services."""
