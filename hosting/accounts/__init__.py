"""Accounts of people who sign in at a console: rules, tables and services that both programs share. Knows neither."""
