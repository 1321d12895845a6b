"""Which phones and emails on file were proven, and the codes sent to new ones

Revision ID: 0125
Revises: 0115
"""

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = '0115'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # what is on file already has been there for long: nothing to fill in
    with op.batch_alter_table("members") as batch_op:
        batch_op.add_column(sa.Column("phone_proven_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("email_proven_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "address_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_address_codes_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_address_codes_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_codes")),
    )
    op.create_index(op.f("ix_address_codes_conversation_id"), "address_codes", ["conversation_id"])
    op.create_index(op.f("ix_address_codes_member_id"), "address_codes", ["member_id"])


def downgrade() -> None:
    op.drop_table("address_codes")
    with op.batch_alter_table("members") as batch_op:
        batch_op.drop_column("email_proven_at")
        batch_op.drop_column("phone_proven_at")
