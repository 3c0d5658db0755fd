"""Acts after signing, what became of conditions, and the state of a withdrawn acceptance.

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op

from uatapp.kernel.db import UTCDateTime

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BEFORE = (
    'requested', 'withdrawn', 'lapsed', 'accepted', 'accepted_with_conditions', 'rejected', 'superseded',
    'needs_reconfirmation', 'deemed_accepted',
)  # fmt: skip
NEW = 'acceptance_withdrawn'
TABLES = (
    'signed_act',
    'act_progress',
    'act_signature',
    'addendum',
    'condition_evidence',
    'condition_note',
    'condition_progress',
    'condition_reminder',
    'addendum_file',
)


def _states(*values: str) -> sa.Enum:
    return sa.Enum(*values, name='signoffstate', native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    with op.batch_alter_table('signoff', schema=None) as batch_op:
        batch_op.alter_column(
            'state', existing_type=_states(*BEFORE), type_=_states(*BEFORE, NEW), existing_nullable=False
        )
    op.create_table('signed_act',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('closing', 'reconfirmation', 'withdrawal', name='actkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('opened_by_uid', sa.Text(), nullable=False),
    sa.Column('opened_by_name', sa.Text(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signed_act_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signed_act_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_act')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signed_act_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'number', name=op.f('uq_signed_act_signoff_id_number'))
    )
    with op.batch_alter_table('signed_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signed_act_project_id'), ['project_id'], unique=False)

    op.create_table('act_progress',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('act_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'signed', 'dropped', 'lapsed', name='actstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('ended_at', UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['project_id', 'act_id'], ['signed_act.project_id', 'signed_act.id'], name=op.f('fk_act_progress_project_id_act_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_act_progress_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_act_progress')),
    sa.UniqueConstraint('act_id', name=op.f('uq_act_progress_act_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_act_progress_project_id_id'))
    )
    with op.batch_alter_table('act_progress', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_act_progress_project_id'), ['project_id'], unique=False)

    op.create_table('act_signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('act_id', sa.Integer(), nullable=False),
    sa.Column('act_reference', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('signer_uid', sa.Text(), nullable=False),
    sa.Column('printed_name', sa.Text(), nullable=False),
    sa.Column('job_title', sa.Text(), nullable=False),
    sa.Column('organisation', sa.Text(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('statement_version', sa.Text(), nullable=False),
    sa.Column('waived', sa.JSON(), nullable=False),
    sa.Column('document_sha256', sa.Text(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'act_id'], ['signed_act.project_id', 'signed_act.id'], name=op.f('fk_act_signature_project_id_act_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_act_signature_project_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_act_signature_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_act_signature')),
    sa.UniqueConstraint('act_id', 'user_id', name=op.f('uq_act_signature_act_id_user_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_act_signature_project_id_id'))
    )
    with op.batch_alter_table('act_signature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_act_signature_project_id'), ['project_id'], unique=False)

    op.create_table('addendum',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('act_id', sa.Integer(), nullable=False),
    sa.Column('act_reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('check_code', sa.Text(), nullable=False),
    sa.Column('facts', sa.LargeBinary(), nullable=False),
    sa.Column('facts_sha256', sa.Text(), nullable=False),
    sa.Column('issued_at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'act_id'], ['signed_act.project_id', 'signed_act.id'], name=op.f('fk_addendum_project_id_act_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_addendum_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_addendum')),
    sa.UniqueConstraint('act_id', name=op.f('uq_addendum_act_id')),
    sa.UniqueConstraint('check_code', name=op.f('uq_addendum_check_code')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_addendum_project_id_id'))
    )
    with op.batch_alter_table('addendum', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_addendum_project_id'), ['project_id'], unique=False)

    op.create_table('condition_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('condition_id', sa.Integer(), nullable=False),
    sa.Column('condition_reference', sa.Text(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('evidence_token', sa.Text(), nullable=False),
    sa.Column('note_number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'condition_id'], ['condition.project_id', 'condition.id'], name=op.f('fk_condition_evidence_project_id_condition_id')),
    sa.ForeignKeyConstraint(['project_id', 'evidence_id'], ['evidence.project_id', 'evidence.id'], name=op.f('fk_condition_evidence_project_id_evidence_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_condition_evidence_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_condition_evidence')),
    sa.UniqueConstraint('condition_id', 'evidence_id', name=op.f('uq_condition_evidence_condition_id_evidence_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_condition_evidence_project_id_id'))
    )
    with op.batch_alter_table('condition_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_condition_evidence_project_id'), ['project_id'], unique=False)

    op.create_table('condition_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('condition_id', sa.Integer(), nullable=False),
    sa.Column('condition_reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('by_side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'condition_id'], ['condition.project_id', 'condition.id'], name=op.f('fk_condition_note_project_id_condition_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_condition_note_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_condition_note')),
    sa.UniqueConstraint('condition_id', 'number', name=op.f('uq_condition_note_condition_id_number')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_condition_note_project_id_id'))
    )
    with op.batch_alter_table('condition_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_condition_note_project_id'), ['project_id'], unique=False)

    op.create_table('condition_progress',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('condition_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'reported', 'closed', name='conditionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('changed_at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'condition_id'], ['condition.project_id', 'condition.id'], name=op.f('fk_condition_progress_project_id_condition_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_condition_progress_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_condition_progress')),
    sa.UniqueConstraint('condition_id', name=op.f('uq_condition_progress_condition_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_condition_progress_project_id_id'))
    )
    with op.batch_alter_table('condition_progress', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_condition_progress_project_id'), ['project_id'], unique=False)

    op.create_table('condition_reminder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('condition_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('stage >= 0', name=op.f('ck_condition_reminder_stage')),
    sa.ForeignKeyConstraint(['project_id', 'condition_id'], ['condition.project_id', 'condition.id'], name=op.f('fk_condition_reminder_project_id_condition_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_condition_reminder_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_condition_reminder')),
    sa.UniqueConstraint('condition_id', 'stage', name=op.f('uq_condition_reminder_condition_id_stage')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_condition_reminder_project_id_id'))
    )
    with op.batch_alter_table('condition_reminder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_condition_reminder_project_id'), ['project_id'], unique=False)

    op.create_table('addendum_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('addendum_id', sa.Integer(), nullable=False),
    sa.Column('addendum_number', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'addendum_id'], ['addendum.project_id', 'addendum.id'], name=op.f('fk_addendum_file_project_id_addendum_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_addendum_file_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_addendum_file')),
    sa.UniqueConstraint('addendum_id', name=op.f('uq_addendum_file_addendum_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_addendum_file_project_id_id'))
    )
    with op.batch_alter_table('addendum_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_addendum_file_project_id'), ['project_id'], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    # what was withdrawn is shown as to be confirmed again: the older program knows no nearer word
    op.execute(f"UPDATE signoff SET state = 'needs_reconfirmation' WHERE state = '{NEW}'")
    with op.batch_alter_table('signoff', schema=None) as batch_op:
        batch_op.alter_column(
            'state', existing_type=_states(*BEFORE, NEW), type_=_states(*BEFORE), existing_nullable=False
        )
