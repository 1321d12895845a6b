"""An index of who acted, in the audit trail

Revision ID: 0335
Revises: 0330
"""

from alembic import op

revision = "0335"
down_revision = "0330"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_audit_actor_at"), "audit", ["actor", "at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_actor_at"), table_name="audit")
