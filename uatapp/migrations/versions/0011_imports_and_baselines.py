"""What an import did or would do, requirement by requirement, and baselines of what was agreed.

Revision: 0011
After: 0010
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from uatapp.kernel.db import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ADDED: tuple[sa.Column[Any], ...] = (
    sa.Column("dry", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("back", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("after_id", sa.Integer(), nullable=True),
    sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"),
    sa.Column("items", sa.JSON(), nullable=False, server_default="[]"),
    sa.Column("touched", sa.JSON(), nullable=False, server_default="[]"),
)
AFTER = "fk_import_report_project_id_after_id"


def upgrade() -> None:
    with op.batch_alter_table("import_report") as table:
        for column in ADDED:
            table.add_column(column.copy())
        table.create_foreign_key(op.f(AFTER), "import_report", ["project_id", "after_id"], ["project_id", "id"])
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("by_uid", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_baseline_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("project_id", "id", name=op.f("uq_baseline_project_id_id")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_baseline_project_id_number")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_baseline_project_id_name")),
    )
    with op.batch_alter_table("baseline") as table:
        table.create_index(op.f("ix_baseline_project_id"), ["project_id"], unique=False)


def downgrade() -> None:
    op.drop_table("baseline")
    with op.batch_alter_table("import_report") as table:
        table.drop_constraint(op.f(AFTER), type_="foreignkey")
        for column in ADDED:
            table.drop_column(column.name)
