"""The session whose page a talk stands on, and the identities of a co-op's own portal that were shown

Talks that were signed in by a page before have no session: they must identify again.

Revision ID: 0510
Revises: 0500
"""

import sqlalchemy as sa
from alembic import op

revision = "0510"
down_revision = "0500"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("signed_in_by", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "coop_identities",
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_coop_identities_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("identity_hash", name=op.f("pk_coop_identities")),
    )
    op.create_index("ix_coop_identities_conversation_id", "coop_identities", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("coop_identities")
    op.drop_column("conversations", "signed_in_by")
