"""Create what statistics needs.

Revision ID: 0013
"""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
