"""How gateway and connectors meet the machine they run on: HTTP under gunicorn, commands on a terminal. No rules."""
