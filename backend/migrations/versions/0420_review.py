"""What was understood of each message, the office's marks, and an index for what a conversation paid

Revision ID: 0420
Revises: 0410
"""

import sqlalchemy as sa
from alembic import op

revision = "0420"
down_revision = "0410"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turn_readings",
        sa.Column("inbound_id", sa.Integer(), sa.ForeignKey("inbound_messages.id"), primary_key=True),
        sa.Column("conversation_id", sa.String(length=80), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intent", sa.String(length=60), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.Column("task", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
    )
    op.create_index(op.f("ix_turn_readings_conversation_id"), "turn_readings", ["conversation_id"])
    op.create_index(op.f("ix_turn_readings_at"), "turn_readings", ["at"])
    op.create_table(
        "review_marks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("inbound_id", sa.Integer(), sa.ForeignKey("inbound_messages.id"), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("meant", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.String(length=60), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("inbound_id"),
    )
    op.create_index(op.f("ix_review_marks_conversation_id"), "review_marks", ["conversation_id"])
    op.create_index(op.f("ix_payments_conversation_id"), "payments", ["conversation_id"])
    # the reports read a range of days
    op.create_index(op.f("ix_inbound_messages_received_at"), "inbound_messages", ["received_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_inbound_messages_received_at"), "inbound_messages")
    op.drop_index(op.f("ix_payments_conversation_id"), "payments")
    op.drop_table("review_marks")
    op.drop_table("turn_readings")
