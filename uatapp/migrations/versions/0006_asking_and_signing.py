"""Asking and signing: waves, what a request asks about, how many sign, deputies, consent to electronic signing.

Requests that are there stay as they are: about their cycles, whole, to be signed by all; a request says
otherwise by a row in the new tables.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_consent_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    sa.UniqueConstraint('user_id', 'version', name=op.f('uq_consent_user_id_version'))
    )
    op.create_table('deputy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('deputy_id', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('from_on <= until_on', name=op.f('ck_deputy_period')),
    sa.CheckConstraint('user_id <> deputy_id', name=op.f('ck_deputy_somebody_else')),
    sa.ForeignKeyConstraint(['deputy_id'], ['user.id'], name=op.f('fk_deputy_deputy_id')),
    sa.ForeignKeyConstraint(['named_by_id'], ['user.id'], name=op.f('fk_deputy_named_by_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_deputy_project_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_deputy_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deputy')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_deputy_project_id_id'))
    )
    op.create_index('ix_deputy_deputy', 'deputy', ['project_id', 'deputy_id'], unique=False)
    op.create_index(op.f('ix_deputy_project_id'), 'deputy', ['project_id'], unique=False)
    op.create_table('wave',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_wave_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wave')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_wave_project_id_id')),
    sa.UniqueConstraint('project_id', 'name', name=op.f('uq_wave_project_id_name'))
    )
    op.create_index(op.f('ix_wave_project_id'), 'wave', ['project_id'], unique=False)
    op.create_table('signoff_quorum',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('least', sa.Integer(), nullable=False),
    sa.CheckConstraint('least >= 1', name=op.f('ck_signoff_quorum_least')),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signoff_quorum_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signoff_quorum_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signoff_quorum')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signoff_quorum_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'side', name=op.f('uq_signoff_quorum_signoff_id_side'))
    )
    op.create_index(op.f('ix_signoff_quorum_project_id'), 'signoff_quorum', ['project_id'], unique=False)
    op.create_table('signoff_scope',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('cycles', 'unit', 'process', 'wave', 'project', name='scopekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('process_id', sa.Integer(), nullable=True),
    sa.Column('wave_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(kind = 'process') = (process_id IS NOT NULL)", name=op.f('ck_signoff_scope_process')),
    sa.CheckConstraint("(kind = 'wave') = (wave_id IS NOT NULL)", name=op.f('ck_signoff_scope_wave')),
    sa.ForeignKeyConstraint(['project_id', 'process_id'], ['business_process.project_id', 'business_process.id'], name=op.f('fk_signoff_scope_project_id_process_id')),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signoff_scope_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id', 'wave_id'], ['wave.project_id', 'wave.id'], name=op.f('fk_signoff_scope_project_id_wave_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signoff_scope_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signoff_scope')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signoff_scope_project_id_id')),
    sa.UniqueConstraint('signoff_id', name=op.f('uq_signoff_scope_signoff_id'))
    )
    op.create_index(op.f('ix_signoff_scope_project_id'), 'signoff_scope', ['project_id'], unique=False)
    op.create_table('signoff_unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signoff_unit_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id', 'unit_id'], ['business_unit.project_id', 'business_unit.id'], name=op.f('fk_signoff_unit_project_id_unit_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signoff_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signoff_unit')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signoff_unit_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'unit_id', name=op.f('uq_signoff_unit_signoff_id_unit_id'))
    )
    op.create_index(op.f('ix_signoff_unit_project_id'), 'signoff_unit', ['project_id'], unique=False)
    op.create_table('wave_unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'unit_id'], ['business_unit.project_id', 'business_unit.id'], name=op.f('fk_wave_unit_project_id_unit_id')),
    sa.ForeignKeyConstraint(['project_id', 'wave_id'], ['wave.project_id', 'wave.id'], name=op.f('fk_wave_unit_project_id_wave_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_wave_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wave_unit')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_wave_unit_project_id_id')),
    sa.UniqueConstraint('wave_id', 'unit_id', name=op.f('uq_wave_unit_wave_id_unit_id'))
    )
    op.create_index(op.f('ix_wave_unit_project_id'), 'wave_unit', ['project_id'], unique=False)
    op.create_table('signature_for',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('signature_id', sa.Integer(), nullable=False),
    sa.Column('signer_uid', sa.Text(), nullable=False),
    sa.Column('for_user_id', sa.Integer(), nullable=False),
    sa.Column('for_uid', sa.Text(), nullable=False),
    sa.Column('for_name', sa.Text(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['for_user_id'], ['user.id'], name=op.f('fk_signature_for_for_user_id')),
    sa.ForeignKeyConstraint(['project_id', 'signature_id'], ['signature.project_id', 'signature.id'], name=op.f('fk_signature_for_project_id_signature_id')),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signature_for_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signature_for_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_for')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signature_for_project_id_id')),
    sa.UniqueConstraint('signature_id', name=op.f('uq_signature_for_signature_id')),
    sa.UniqueConstraint('signoff_id', 'for_user_id', name=op.f('uq_signature_for_signoff_id_for_user_id'))
    )
    op.create_index(op.f('ix_signature_for_project_id'), 'signature_for', ['project_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_signature_for_project_id'), table_name='signature_for')
    op.drop_table('signature_for')
    op.drop_index(op.f('ix_wave_unit_project_id'), table_name='wave_unit')
    op.drop_table('wave_unit')
    op.drop_index(op.f('ix_signoff_unit_project_id'), table_name='signoff_unit')
    op.drop_table('signoff_unit')
    op.drop_index(op.f('ix_signoff_scope_project_id'), table_name='signoff_scope')
    op.drop_table('signoff_scope')
    op.drop_index(op.f('ix_signoff_quorum_project_id'), table_name='signoff_quorum')
    op.drop_table('signoff_quorum')
    op.drop_index(op.f('ix_wave_project_id'), table_name='wave')
    op.drop_table('wave')
    op.drop_index(op.f('ix_deputy_project_id'), table_name='deputy')
    op.drop_index('ix_deputy_deputy', table_name='deputy')
    op.drop_table('deputy')
    op.drop_table('consent')
