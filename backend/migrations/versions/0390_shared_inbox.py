"""Who has a talk, until when it is snoozed, notes, who looks at it, and ready answers

Revision ID: 0390
Revises: 0380
"""

import sqlalchemy as sa
from alembic import op

revision = "0390"
down_revision = "0380"
branch_labels = None
depends_on = None
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("handovers", sa.Column("owner", sa.String(length=60), nullable=True))
    op.add_column("handovers", sa.Column("snoozed_until", TIME, nullable=True))
    op.create_index(op.f("ix_handovers_owner"), "handovers", ["owner"])
    op.create_index(op.f("ix_handovers_snoozed_until"), "handovers", ["snoozed_until"])
    op.create_table(
        "talk_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_talk_notes_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_notes")),
    )
    op.create_index(op.f("ix_talk_notes_conversation_id"), "talk_notes", ["conversation_id"])
    op.create_table(
        "talk_viewers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("looks_until", TIME, nullable=False),
        sa.Column("writes_until", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_talk_viewers_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_viewers")),
        sa.UniqueConstraint("conversation_id", "name", name=op.f("uq_talk_viewers_conversation_id_name")),
    )
    op.create_index(op.f("ix_talk_viewers_looks_until"), "talk_viewers", ["looks_until"])
    op.create_table(
        "ready_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("spanish", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_answers")),
        sa.UniqueConstraint("title", name=op.f("uq_ready_answers_title")),
    )


def downgrade() -> None:
    for table in ("ready_answers", "talk_viewers", "talk_notes"):
        op.drop_table(table)
    op.drop_index(op.f("ix_handovers_snoozed_until"), "handovers")
    op.drop_index(op.f("ix_handovers_owner"), "handovers")
    op.drop_column("handovers", "snoozed_until")
    op.drop_column("handovers", "owner")
