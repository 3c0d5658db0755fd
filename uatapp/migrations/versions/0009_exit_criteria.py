"""Sets of exit criteria with their versions and agreements, answers to own criteria, and how each light went.

Nothing is filled in: a project without an agreed set goes by the four criteria that it had, with its `pass_share`,
until both sides agree; its open cycles go on by them.

Revision: 0009
After: 0008
"""

import sqlalchemy as sa
from alembic import op

from uatapp.kernel.db import UTCDateTime

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

TABLES = (
    'criterion_answer',
    'criterion_evidence',
    'criteria_set',
    'criteria_version',
    'criterion_light',
    'criteria_agreement',
    'criteria_progress',
)


def upgrade() -> None:
    op.create_table('criterion_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('yes', sa.Boolean(), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(remark) <= 4000', name=op.f('ck_criterion_answer_remark')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_criterion_answer_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criterion_answer')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_criterion_answer_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_criterion_answer_project_id_number'))
    )
    with op.batch_alter_table('criterion_answer', schema=None) as batch_op:
        batch_op.create_index('ix_criterion_answer_code', ['project_id', 'code', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_criterion_answer_project_id'), ['project_id'], unique=False)

    op.create_table('criterion_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=False),
    sa.Column('answer_reference', sa.Text(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('evidence_token', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'answer_id'], ['criterion_answer.project_id', 'criterion_answer.id'], name=op.f('fk_criterion_evidence_project_id_answer_id')),
    sa.ForeignKeyConstraint(['project_id', 'evidence_id'], ['evidence.project_id', 'evidence.id'], name=op.f('fk_criterion_evidence_project_id_evidence_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_criterion_evidence_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criterion_evidence')),
    sa.UniqueConstraint('answer_id', 'evidence_id', name=op.f('uq_criterion_evidence_answer_id_evidence_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_criterion_evidence_project_id_id'))
    )
    with op.batch_alter_table('criterion_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criterion_evidence_project_id'), ['project_id'], unique=False)

    op.create_table('criteria_set',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'cycle_id'], ['cycle.project_id', 'cycle.id'], name=op.f('fk_criteria_set_project_id_cycle_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_criteria_set_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criteria_set')),
    sa.UniqueConstraint('cycle_id', name=op.f('uq_criteria_set_cycle_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_criteria_set_project_id_id'))
    )
    with op.batch_alter_table('criteria_set', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criteria_set_project_id'), ['project_id'], unique=False)
        batch_op.create_index('uq_criteria_set_project', ['project_id'], unique=True, sqlite_where=sa.text('cycle_id IS NULL'), postgresql_where=sa.text('cycle_id IS NULL'))

    op.create_table('criteria_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('set_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'set_id'], ['criteria_set.project_id', 'criteria_set.id'], name=op.f('fk_criteria_version_project_id_set_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_criteria_version_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criteria_version')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_criteria_version_project_id_id')),
    sa.UniqueConstraint('project_id', 'reference', name=op.f('uq_criteria_version_project_id_reference')),
    sa.UniqueConstraint('set_id', 'number', name=op.f('uq_criteria_version_set_id_number'))
    )
    with op.batch_alter_table('criteria_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criteria_version_project_id'), ['project_id'], unique=False)

    op.create_table('criterion_light',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('set_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('met', sa.Boolean(), nullable=False),
    sa.Column('undecided', sa.Boolean(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('required', sa.Text(), nullable=False),
    sa.Column('measure', sa.Integer(), nullable=False),
    sa.Column('bound', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'set_id'], ['criteria_set.project_id', 'criteria_set.id'], name=op.f('fk_criterion_light_project_id_set_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_criterion_light_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criterion_light')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_criterion_light_project_id_id')),
    sa.UniqueConstraint('set_id', 'code', 'day', name=op.f('uq_criterion_light_set_id_code_day'))
    )
    with op.batch_alter_table('criterion_light', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criterion_light_project_id'), ['project_id'], unique=False)

    op.create_table('criteria_agreement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('version_reference', sa.Text(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'version_id'], ['criteria_version.project_id', 'criteria_version.id'], name=op.f('fk_criteria_agreement_project_id_version_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_criteria_agreement_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criteria_agreement')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_criteria_agreement_project_id_id')),
    sa.UniqueConstraint('version_id', 'side', name=op.f('uq_criteria_agreement_version_id_side'))
    )
    with op.batch_alter_table('criteria_agreement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criteria_agreement_project_id'), ['project_id'], unique=False)

    op.create_table('criteria_progress',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('set_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'agreed', 'declined', 'withdrawn', 'replaced', name='setstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decided_at', UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['project_id', 'set_id'], ['criteria_set.project_id', 'criteria_set.id'], name=op.f('fk_criteria_progress_project_id_set_id')),
    sa.ForeignKeyConstraint(['project_id', 'version_id'], ['criteria_version.project_id', 'criteria_version.id'], name=op.f('fk_criteria_progress_project_id_version_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_criteria_progress_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criteria_progress')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_criteria_progress_project_id_id')),
    sa.UniqueConstraint('version_id', name=op.f('uq_criteria_progress_version_id'))
    )
    with op.batch_alter_table('criteria_progress', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criteria_progress_project_id'), ['project_id'], unique=False)
        batch_op.create_index('uq_criteria_agreed', ['set_id'], unique=True, sqlite_where=sa.text("state = 'agreed'"), postgresql_where=sa.text("state = 'agreed'"))
        batch_op.create_index('uq_criteria_proposed', ['set_id'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
