"""Who answers a message, until when that is believed without another sign of life, and which comes first

Revision ID: 0115
Revises: 0110
"""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = '0110'
branch_labels = None
depends_on = None

WAITING = "ix_inbound_messages_waiting"


def upgrade() -> None:
    op.add_column("inbound_messages", sa.Column("owner", sa.String(length=32), nullable=True))
    op.add_column("inbound_messages", sa.Column("leased_until", sa.Double(), server_default="0", nullable=False))
    op.add_column("inbound_messages", sa.Column("arrived", sa.Double(), server_default="0", nullable=False))
    op.add_column("inbound_messages", sa.Column("begun", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("inbound_messages", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    unanswered = sa.text("status = 'received'")
    op.create_index(
        WAITING, "inbound_messages", ["conversation_id"], sqlite_where=unanswered, postgresql_where=unanswered
    )


def downgrade() -> None:
    op.drop_index(WAITING, table_name="inbound_messages")
    with op.batch_alter_table("inbound_messages") as batch:
        for column in ("attempts", "begun", "arrived", "leased_until", "owner"):
            batch.drop_column(column)
