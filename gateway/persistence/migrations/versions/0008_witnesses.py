"""Create the tables of witnesses.

Revision ID: 0008
"""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
