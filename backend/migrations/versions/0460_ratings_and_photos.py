"""Ratings of talks, and photos for the office

Revision ID: 0460
Revises: 0440
"""

import sqlalchemy as sa
from alembic import op
revision = "0460"
down_revision = "0440"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talk_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_talk_ratings_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_ratings")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_talk_ratings_conversation_id")),
    )
    op.create_index(op.f("ix_talk_ratings_at"), "talk_ratings", ["at"])
    op.create_table(
        "talk_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_talk_photos_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_photos")),
    )
    op.create_index(op.f("ix_talk_photos_conversation_id"), "talk_photos", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("talk_photos")
    op.drop_table("talk_ratings")
