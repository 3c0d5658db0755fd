"""What project managers recommend to those who decide.

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recommendation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('stance', sa.Enum('accept', 'reservations', 'against', name='stance', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(text) <= 4000', name=op.f('ck_recommendation_text')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_recommendation_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_recommendation_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_recommendation_project_id_number'))
    )
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendation_project_id'), ['project_id'], unique=False)


def downgrade() -> None:
    op.drop_table('recommendation')
