"""Create what the private OR needs.

Revision ID: 0014
"""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
