"""Signing in with an agency's own identity provider (OpenID Connect). Accounts and roles stay here; knows no pages."""
