"""What became of refunds that failed, and who called the member that got the money twice

Revision ID: 0360
Revises: 0350
"""

import sqlalchemy as sa
from alembic import op

revision = "0360"
down_revision = "0350"
branch_labels = None
depends_on = None

COLUMNS = (
    ("handled_as", sa.String(length=12)),
    ("handled_cents", sa.Integer()),
    ("handled_reference", sa.String(length=40)),
    ("handled_reason", sa.String(length=200)),
    ("double_seen_by", sa.String(length=60)),
    ("double_seen_at", sa.DateTime(timezone=True)),
    ("double_reason", sa.String(length=200)),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("refunds", sa.Column(name, kind, nullable=True))
    # these members have the money back: the bank returned the payment itself
    op.execute(
        "UPDATE refunds SET handled_as = 'returned', handled_at = ended_at WHERE status = 'failed' "
        "AND handled_at IS NULL AND payment_id IN (SELECT id FROM payments WHERE status = 'returned')"
    )


def downgrade() -> None:
    for name, _kind in reversed(COLUMNS):
        op.drop_column("refunds", name)
