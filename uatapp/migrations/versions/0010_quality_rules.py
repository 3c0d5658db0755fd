"""Rules about better requirements that do not count in a project.

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_rule_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_quality_rule_off_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_rule_off")),
        sa.UniqueConstraint("project_id", "id", name=op.f("uq_quality_rule_off_project_id_id")),
        sa.UniqueConstraint("project_id", "rule", name=op.f("uq_quality_rule_off_project_id_rule")),
    )
    with op.batch_alter_table("quality_rule_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_rule_off_project_id"), ["project_id"], unique=False)


def downgrade() -> None:
    op.drop_table("quality_rule_off")
