"""What the steps of a message's turn came to, and payments whose outcome the member was told will follow

Revision ID: 0110
Revises: 0100
"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = '0100'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_results",
        sa.Column("inbound_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbound_id"], ["inbound_messages.id"], name=op.f("fk_action_results_inbound_id_inbound_messages")
        ),
        sa.PrimaryKeyConstraint("inbound_id", "step", name=op.f("pk_action_results")),
    )
    op.add_column("payments", sa.Column("to_follow", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("payments", "to_follow")
    op.drop_table("action_results")
