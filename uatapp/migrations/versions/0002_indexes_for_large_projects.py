"""Indexes for large projects: what waits, what is retired, who acted.

Revision: 0002
After: 0001
"""

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_audit_entry_chain_actor", "audit_entry", ["chain", "actor", "seq"]),
    ("ix_requirement_removal", "requirement", ["project_id", "removal_asked"]),
    ("ix_requirement_version_state_state", "requirement_version_state", ["project_id", "state"]),
    ("ix_test_case_state", "test_case", ["project_id", "state"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in reversed(INDEXES):
        op.drop_index(name, table_name=table)
