"""A project's own id tags.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('project') as table:
        table.add_column(sa.Column('id_example', sa.Text(), nullable=False, server_default=''))
        table.create_check_constraint(op.f('ck_project_id_example'), 'length(id_example) <= 60')


def downgrade() -> None:
    with op.batch_alter_table('project') as table:
        table.drop_constraint(op.f('ck_project_id_example'), type_='check')
        table.drop_column('id_example')
