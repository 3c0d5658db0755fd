"""What an import did or would do, requirement by requirement, so that it can be looked at before, and taken back.

Revision: 0015
After: 0010
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
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


def downgrade() -> None:
    with op.batch_alter_table("import_report") as table:
        table.drop_constraint(op.f(AFTER), type_="foreignkey")
        for column in ADDED:
            table.drop_column(column.name)
