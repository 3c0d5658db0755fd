"""The tables of the flow.

Revision: 0001
After: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('guess',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guess')),
    sa.UniqueConstraint('purpose', 'key', name=op.f('uq_guess_purpose_key'))
    )
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('args', sa.JSON(), nullable=False),
    sa.Column('dedupe', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'running', 'done', 'failed', name='jobstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease', sa.Text(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.CheckConstraint('attempts >= 0', name=op.f('ck_job_attempts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('dedupe', name=op.f('uq_job_dedupe'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_due', ['state', 'due_at'], unique=False)

    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.CheckConstraint('length(name) BETWEEN 1 AND 120', name=op.f('ck_organisation_name')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('name', name=op.f('uq_organisation_name'))
    )
    op.create_table('outgoing_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_mail')),
    sa.UniqueConstraint('message_id', name=op.f('uq_outgoing_mail_message_id'))
    )
    op.create_table('role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=True),
    sa.Column('permissions', sa.UnicodeText(), nullable=True),
    sa.Column('update_datetime', sa.DateTime(), server_default=sa.text('(CURRENT_TIMESTAMP)'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role')),
    sa.UniqueConstraint('name', name=op.f('uq_role_name'))
    )
    op.create_table('project',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('pass_share', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(key) BETWEEN 2 AND 8', name=op.f('ck_project_key')),
    sa.CheckConstraint('length(name) BETWEEN 1 AND 120', name=op.f('ck_project_name')),
    sa.CheckConstraint('pass_share BETWEEN 0 AND 100', name=op.f('ck_project_pass_share')),
    sa.ForeignKeyConstraint(['customer_id'], ['organisation.id'], name=op.f('fk_project_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project')),
    sa.UniqueConstraint('key', name=op.f('uq_project_key'))
    )
    op.create_table('user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('job_title', sa.Text(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('is_admin', sa.Boolean(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('look', sa.Text(), nullable=False),
    sa.Column('fs_webauthn_user_handle', sa.String(length=64), nullable=True),
    sa.Column('mf_recovery_codes', sa.UnicodeText(), nullable=True),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('us_phone_number', sa.String(length=128), nullable=True),
    sa.Column('username', sa.String(length=255), nullable=True),
    sa.Column('us_totp_secrets', sa.Text(), nullable=True),
    sa.Column('email', sa.String(length=255), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('last_login_at', sa.DateTime(), nullable=True),
    sa.Column('current_login_at', sa.DateTime(), nullable=True),
    sa.Column('last_login_ip', sa.String(length=64), nullable=True),
    sa.Column('current_login_ip', sa.String(length=64), nullable=True),
    sa.Column('login_count', sa.Integer(), nullable=True),
    sa.Column('tf_primary_method', sa.String(length=64), nullable=True),
    sa.Column('tf_totp_secret', sa.String(length=255), nullable=True),
    sa.Column('tf_phone_number', sa.String(length=128), nullable=True),
    sa.Column('create_datetime', sa.DateTime(), server_default=sa.text('(CURRENT_TIMESTAMP)'), nullable=False),
    sa.Column('update_datetime', sa.DateTime(), server_default=sa.text('(CURRENT_TIMESTAMP)'), nullable=False),
    sa.CheckConstraint("look IN ('auto', 'light', 'dark')", name=op.f('ck_user_look')),
    sa.CheckConstraint('length(name) BETWEEN 1 AND 120', name=op.f('ck_user_name')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_user_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('email', name=op.f('uq_user_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_user_fs_uniquifier')),
    sa.UniqueConstraint('fs_webauthn_user_handle', name=op.f('uq_user_fs_webauthn_user_handle')),
    sa.UniqueConstraint('uid', name=op.f('uq_user_uid')),
    sa.UniqueConstraint('us_phone_number', name=op.f('uq_user_us_phone_number')),
    sa.UniqueConstraint('username', name=op.f('uq_user_username'))
    )
    op.create_table('audit_chain',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=True),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('seq >= 0', name=op.f('ck_audit_chain_seq')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_audit_chain_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_chain')),
    sa.UniqueConstraint('name', name=op.f('uq_audit_chain_name')),
    sa.UniqueConstraint('project_id', name=op.f('uq_audit_chain_project_id'))
    )
    op.create_table('build',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_build_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_build')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_build_project_id_id')),
    sa.UniqueConstraint('project_id', 'name', name=op.f('uq_build_project_id_name')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_build_project_id_number'))
    )
    with op.batch_alter_table('build', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_build_project_id'), ['project_id'], unique=False)

    op.create_table('business_process',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_business_process_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_business_process')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_business_process_project_id_id')),
    sa.UniqueConstraint('project_id', 'name', name=op.f('uq_business_process_project_id_name'))
    )
    with op.batch_alter_table('business_process', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_business_process_project_id'), ['project_id'], unique=False)

    op.create_table('business_unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_business_unit_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_business_unit')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_business_unit_project_id_id')),
    sa.UniqueConstraint('project_id', 'name', name=op.f('uq_business_unit_project_id_name'))
    )
    with op.batch_alter_table('business_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_business_unit_project_id'), ['project_id'], unique=False)

    op.create_table('environment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('sign_in_hint', sa.Text(), nullable=False),
    sa.Column('test_data', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_environment_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_environment')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_environment_project_id_id')),
    sa.UniqueConstraint('project_id', 'name', name=op.f('uq_environment_project_id_name'))
    )
    with op.batch_alter_table('environment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_environment_project_id'), ['project_id'], unique=False)

    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('display_sha256', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_evidence_size')),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_evidence_by_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_evidence_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_evidence_project_id_id')),
    sa.UniqueConstraint('token', name=op.f('uq_evidence_token'))
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_project_id'), ['project_id'], unique=False)

    op.create_table('form_sent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('body_hash', sa.Text(), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_form_sent_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_sent')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_form_sent_user_id_key'))
    )
    op.create_table('import_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('upload_sha256', sa.Text(), nullable=False),
    sa.Column('upload_name', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('process_id', sa.Integer(), nullable=True),
    sa.Column('result', sa.JSON(), nullable=True),
    sa.Column('documents', sa.JSON(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_import_report_by_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_import_report_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_report')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_import_report_project_id_id'))
    )
    with op.batch_alter_table('import_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_report_project_id'), ['project_id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Enum('join', 'set_up', name='purpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('invited_by', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(purpose = 'set_up') = (user_id IS NULL)", name=op.f('ck_invitation_whose')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_invitation_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_invitation_set_up', ['purpose'], unique=True, sqlite_where=sa.text("purpose = 'set_up'"), postgresql_where=sa.text("purpose = 'set_up'"))

    op.create_table('kept_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('files', sa.JSON(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_kept_form_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_form'))
    )
    with op.batch_alter_table('kept_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_form_user_id'), ['user_id'], unique=False)

    op.create_table('project_partner',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_project_partner_organisation_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_project_partner_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_partner')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_project_partner_project_id_id')),
    sa.UniqueConstraint('project_id', 'organisation_id', name=op.f('uq_project_partner_project_id_organisation_id'))
    )
    with op.batch_alter_table('project_partner', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_project_partner_project_id'), ['project_id'], unique=False)

    op.create_table('reference_counter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('R', 'T', 'D', 'S', 'cycle', 'build', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.CheckConstraint('last >= 0', name=op.f('ck_reference_counter_last')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_reference_counter_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_counter')),
    sa.UniqueConstraint('project_id', 'kind', name=op.f('uq_reference_counter_project_id_kind'))
    )
    with op.batch_alter_table('reference_counter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reference_counter_project_id'), ['project_id'], unique=False)

    op.create_table('roles_users',
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('role_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['role_id'], ['role.id'], name=op.f('fk_roles_users_role_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_roles_users_user_id'))
    )
    op.create_table('signoff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('requested', 'withdrawn', 'lapsed', 'accepted', 'accepted_with_conditions', 'rejected', 'superseded', 'needs_reconfirmation', name='signoffstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state_reason', sa.Text(), nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decide_by', sa.Date(), nullable=True),
    sa.Column('in_order', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signoff_project_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['user.id'], name=op.f('fk_signoff_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signoff')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signoff_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_signoff_project_id_number'))
    )
    with op.batch_alter_table('signoff', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signoff_project_id'), ['project_id'], unique=False)

    op.create_table('user_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_user_session_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_user_session_token_hash'))
    )
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.create_index('ix_user_session_seen', ['seen_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_user_session_user_id'), ['user_id'], unique=False)

    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('prev_hash', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['chain'], ['audit_chain.name'], name=op.f('fk_audit_entry_chain')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry')),
    sa.UniqueConstraint('chain', 'prev_hash', name=op.f('uq_audit_entry_chain_prev_hash')),
    sa.UniqueConstraint('chain', 'seq', name=op.f('uq_audit_entry_chain_seq'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_chain_subject', ['chain', 'subject'], unique=False)

    op.create_table('certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('check_code', sa.Text(), nullable=False),
    sa.Column('facts', sa.LargeBinary(), nullable=False),
    sa.Column('facts_sha256', sa.Text(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_certificate_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_certificate_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('check_code', name=op.f('uq_certificate_check_code')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_certificate_project_id_id')),
    sa.UniqueConstraint('signoff_id', name=op.f('uq_certificate_signoff_id'))
    )
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_project_id'), ['project_id'], unique=False)

    op.create_table('condition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('workaround', sa.Text(), nullable=False),
    sa.Column('set_by_uid', sa.Text(), nullable=False),
    sa.Column('set_by_name', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_condition_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_condition_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_condition')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_condition_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'number', name=op.f('uq_condition_signoff_id_number'))
    )
    with op.batch_alter_table('condition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_condition_project_id'), ['project_id'], unique=False)

    op.create_table('cycle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('environment_id', sa.Integer(), nullable=False),
    sa.Column('begun_build_id', sa.Integer(), nullable=False),
    sa.Column('build_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('scope_expression', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('planned', 'open', 'closed', 'dropped', name='cyclestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_cycle_dates')),
    sa.CheckConstraint('length(name) BETWEEN 1 AND 120', name=op.f('ck_cycle_name')),
    sa.ForeignKeyConstraint(['project_id', 'begun_build_id'], ['build.project_id', 'build.id'], name=op.f('fk_cycle_project_id_begun_build_id')),
    sa.ForeignKeyConstraint(['project_id', 'build_id'], ['build.project_id', 'build.id'], name=op.f('fk_cycle_project_id_build_id')),
    sa.ForeignKeyConstraint(['project_id', 'environment_id'], ['environment.project_id', 'environment.id'], name=op.f('fk_cycle_project_id_environment_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_cycle_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cycle')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_cycle_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_cycle_project_id_number'))
    )
    with op.batch_alter_table('cycle', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cycle_project_id'), ['project_id'], unique=False)

    op.create_table('deployment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('build_id', sa.Integer(), nullable=False),
    sa.Column('environment_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_deployment_by_id')),
    sa.ForeignKeyConstraint(['project_id', 'build_id'], ['build.project_id', 'build.id'], name=op.f('fk_deployment_project_id_build_id')),
    sa.ForeignKeyConstraint(['project_id', 'environment_id'], ['environment.project_id', 'environment.id'], name=op.f('fk_deployment_project_id_environment_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_deployment_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deployment')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_deployment_project_id_id'))
    )
    with op.batch_alter_table('deployment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deployment_project_id'), ['project_id'], unique=False)

    op.create_table('document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('process_id', sa.Integer(), nullable=True),
    sa.Column('version_number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'process_id'], ['business_process.project_id', 'business_process.id'], name=op.f('fk_document_project_id_process_id')),
    sa.ForeignKeyConstraint(['project_id', 'unit_id'], ['business_unit.project_id', 'business_unit.id'], name=op.f('fk_document_project_id_unit_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_document_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_document_project_id_id')),
    sa.UniqueConstraint('project_id', 'path', name=op.f('uq_document_project_id_path'))
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_project_id'), ['project_id'], unique=False)

    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('may_sign', sa.Boolean(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('NOT may_sign OR removed_at IS NULL', name=op.f('ck_membership_signs_while_member')),
    sa.ForeignKeyConstraint(['project_id', 'unit_id'], ['business_unit.project_id', 'business_unit.id'], name=op.f('fk_membership_project_id_unit_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_membership_project_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_membership_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_membership_project_id_id')),
    sa.UniqueConstraint('project_id', 'user_id', name=op.f('uq_membership_project_id_user_id'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_project_id'), ['project_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_membership_user_id'), ['user_id'], unique=False)

    op.create_table('signatory',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signatory_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signatory_project_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_signatory_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signatory')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signatory_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'user_id', name=op.f('uq_signatory_signoff_id_user_id'))
    )
    with op.batch_alter_table('signatory', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signatory_project_id'), ['project_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signatory_user_id'), ['user_id'], unique=False)

    op.create_table('signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('signer_uid', sa.Text(), nullable=False),
    sa.Column('printed_name', sa.Text(), nullable=False),
    sa.Column('job_title', sa.Text(), nullable=False),
    sa.Column('organisation', sa.Text(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('decision', sa.Enum('accepted', 'accepted_with_conditions', 'rejected', name='decision', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('statement_version', sa.Text(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('snapshot_sha256', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('address_hash', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signature_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signature_project_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_signature_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signature_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'user_id', name=op.f('uq_signature_signoff_id_user_id'))
    )
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signature_project_id'), ['project_id'], unique=False)

    op.create_table('signing_nonce',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('nonce', sa.Text(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signing_nonce_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signing_nonce_project_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_signing_nonce_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_nonce')),
    sa.UniqueConstraint('nonce', name=op.f('uq_signing_nonce_nonce')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signing_nonce_project_id_id'))
    )
    with op.batch_alter_table('signing_nonce', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signing_nonce_project_id'), ['project_id'], unique=False)

    op.create_table('signoff_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('by_side', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signoff_note_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signoff_note_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signoff_note')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signoff_note_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'number', name=op.f('uq_signoff_note_signoff_id_number'))
    )
    with op.batch_alter_table('signoff_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signoff_note_project_id'), ['project_id'], unique=False)

    op.create_table('signoff_snapshot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signoff_snapshot_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signoff_snapshot_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signoff_snapshot')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signoff_snapshot_project_id_id')),
    sa.UniqueConstraint('signoff_id', name=op.f('uq_signoff_snapshot_signoff_id'))
    )
    with op.batch_alter_table('signoff_snapshot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signoff_snapshot_project_id'), ['project_id'], unique=False)

    op.create_table('waiver',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('criterion', sa.Text(), nullable=False),
    sa.Column('criterion_title', sa.Text(), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_waiver_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_waiver_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiver')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_waiver_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'criterion', 'by_uid', name=op.f('uq_waiver_signoff_id_criterion_by_uid'))
    )
    with op.batch_alter_table('waiver', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiver_project_id'), ['project_id'], unique=False)

    op.create_table('audit_checkpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chain', 'seq'], ['audit_entry.chain', 'audit_entry.seq'], name=op.f('fk_audit_checkpoint_chain_seq')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_checkpoint'))
    )
    op.create_table('audit_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('items', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['chain', 'seq'], ['audit_entry.chain', 'audit_entry.seq'], name=op.f('fk_audit_list_chain_seq')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_list')),
    sa.UniqueConstraint('chain', 'seq', 'kind', name=op.f('uq_audit_list_chain_seq_kind'))
    )
    op.create_table('audit_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('salt', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['chain', 'seq'], ['audit_entry.chain', 'audit_entry.seq'], name=op.f('fk_audit_text_chain_seq')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_text')),
    sa.UniqueConstraint('chain', 'seq', 'field', name=op.f('uq_audit_text_chain_seq_field'))
    )
    op.create_table('certificate_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('certificate_id', sa.Integer(), nullable=False),
    sa.Column('certificate_number', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'certificate_id'], ['certificate.project_id', 'certificate.id'], name=op.f('fk_certificate_file_project_id_certificate_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_certificate_file_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_file')),
    sa.UniqueConstraint('certificate_id', name=op.f('uq_certificate_file_certificate_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_certificate_file_project_id_id'))
    )
    with op.batch_alter_table('certificate_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_file_project_id'), ['project_id'], unique=False)

    op.create_table('document_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('author_uid', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_document_version_author_id')),
    sa.ForeignKeyConstraint(['project_id', 'document_id'], ['document.project_id', 'document.id'], name=op.f('fk_document_version_project_id_document_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_document_version_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_version')),
    sa.UniqueConstraint('document_id', 'number', name=op.f('uq_document_version_document_id_number')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_document_version_project_id_id'))
    )
    with op.batch_alter_table('document_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_version_project_id'), ['project_id'], unique=False)

    op.create_table('membership_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('membership_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('analyst', 'tester', 'super_user', 'department_head', 'lead', 'engineer', 'project_manager', 'sponsor', 'auditor', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'membership_id'], ['membership.project_id', 'membership.id'], name=op.f('fk_membership_role_project_id_membership_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_membership_role_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership_role')),
    sa.UniqueConstraint('membership_id', 'role', name=op.f('uq_membership_role_membership_id_role')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_membership_role_project_id_id'))
    )
    with op.batch_alter_table('membership_role', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_role_project_id'), ['project_id'], unique=False)

    op.create_table('requirement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('id_tag', sa.Text(), nullable=True),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('row_tags', sa.JSON(), nullable=False),
    sa.Column('identity_hash', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('active', 'retired', name='requirementstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('latest_number', sa.Integer(), nullable=False),
    sa.Column('approved_number', sa.Integer(), nullable=False),
    sa.Column('removal_asked', sa.Boolean(), nullable=False),
    sa.Column('removal_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['project_id', 'document_id'], ['document.project_id', 'document.id'], name=op.f('fk_requirement_project_id_document_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_requirement_project_id')),
    sa.ForeignKeyConstraint(['removal_by_id'], ['user.id'], name=op.f('fk_requirement_removal_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_requirement_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_requirement_project_id_number'))
    )
    with op.batch_alter_table('requirement', schema=None) as batch_op:
        batch_op.create_index('ix_requirement_document', ['document_id', 'position'], unique=False)
        batch_op.create_index(batch_op.f('ix_requirement_project_id'), ['project_id'], unique=False)

    op.create_table('signoff_cycle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'cycle_id'], ['cycle.project_id', 'cycle.id'], name=op.f('fk_signoff_cycle_project_id_cycle_id')),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_signoff_cycle_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_signoff_cycle_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signoff_cycle')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_signoff_cycle_project_id_id')),
    sa.UniqueConstraint('signoff_id', 'cycle_id', name=op.f('uq_signoff_cycle_signoff_id_cycle_id'))
    )
    with op.batch_alter_table('signoff_cycle', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signoff_cycle_project_id'), ['project_id'], unique=False)

    op.create_table('defect',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('severity', sa.Enum('critical', 'major', 'minor', 'cosmetic', name='severity', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_severity', sa.Enum('critical', 'major', 'minor', 'cosmetic', name='proposed_severity', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('state', sa.Enum('new', 'proposed', 'contested', 'accepted', 'in_progress', 'fixed', 'in_retest', 'reopened', 'closed', 'ended', 'deferred', 'withdrawn', name='defectstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('outcome', sa.Enum('defect', 'change_request', 'test_data', 'environment', 'training', 'duplicate', 'works_as_agreed', name='triageoutcome', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('outcome_reason', sa.Text(), nullable=False),
    sa.Column('agreed_sentence', sa.Text(), nullable=False),
    sa.Column('contested_once', sa.Boolean(), nullable=False),
    sa.Column('workaround', sa.Text(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=True),
    sa.Column('requirement_id', sa.Integer(), nullable=True),
    sa.Column('reporter_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('fixer_id', sa.Integer(), nullable=True),
    sa.Column('fixed_build_id', sa.Integer(), nullable=True),
    sa.Column('fix_note', sa.Text(), nullable=False),
    sa.Column('duplicate_of_id', sa.Integer(), nullable=True),
    sa.Column('reopened_count', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(title) BETWEEN 1 AND 200', name=op.f('ck_defect_title')),
    sa.CheckConstraint('reopened_count >= 0', name=op.f('ck_defect_reopened_count')),
    sa.ForeignKeyConstraint(['fixer_id'], ['user.id'], name=op.f('fk_defect_fixer_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['user.id'], name=op.f('fk_defect_owner_id')),
    sa.ForeignKeyConstraint(['project_id', 'duplicate_of_id'], ['defect.project_id', 'defect.id'], name=op.f('fk_defect_project_id_duplicate_of_id')),
    sa.ForeignKeyConstraint(['project_id', 'fixed_build_id'], ['build.project_id', 'build.id'], name=op.f('fk_defect_project_id_fixed_build_id')),
    sa.ForeignKeyConstraint(['project_id', 'requirement_id'], ['requirement.project_id', 'requirement.id'], name=op.f('fk_defect_project_id_requirement_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_defect_project_id')),
    sa.ForeignKeyConstraint(['reporter_id'], ['user.id'], name=op.f('fk_defect_reporter_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_defect')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_defect_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_defect_project_id_number'))
    )
    with op.batch_alter_table('defect', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_defect_project_id'), ['project_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_defect_reporter_id'), ['reporter_id'], unique=False)
        batch_op.create_index('ix_defect_state', ['project_id', 'state'], unique=False)

    op.create_table('requirement_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('requirement_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('document_version_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('effective_hash', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('author_uid', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_requirement_version_author_id')),
    sa.ForeignKeyConstraint(['project_id', 'document_version_id'], ['document_version.project_id', 'document_version.id'], name=op.f('fk_requirement_version_project_id_document_version_id')),
    sa.ForeignKeyConstraint(['project_id', 'requirement_id'], ['requirement.project_id', 'requirement.id'], name=op.f('fk_requirement_version_project_id_requirement_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_requirement_version_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement_version')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_requirement_version_project_id_id')),
    sa.UniqueConstraint('requirement_id', 'number', name=op.f('uq_requirement_version_requirement_id_number'))
    )
    with op.batch_alter_table('requirement_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_requirement_version_project_id'), ['project_id'], unique=False)

    op.create_table('test_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('requirement_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('block', sa.Integer(), nullable=False),
    sa.Column('block_name', sa.Text(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('ready', 'suspect', 'retired', name='casestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('in_use', sa.Boolean(), nullable=False),
    sa.Column('version_number', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Integer(), nullable=False),
    sa.CheckConstraint('valid_from BETWEEN 1 AND version_number', name=op.f('ck_test_case_valid_from')),
    sa.ForeignKeyConstraint(['project_id', 'requirement_id'], ['requirement.project_id', 'requirement.id'], name=op.f('fk_test_case_project_id_requirement_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_test_case_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_case')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_test_case_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_test_case_project_id_number'))
    )
    with op.batch_alter_table('test_case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_test_case_project_id'), ['project_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_test_case_requirement_id'), ['requirement_id'], unique=False)

    op.create_table('carry_over',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('test_case_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('from_number', sa.Integer(), nullable=False),
    sa.Column('to_number', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_carry_over_by_id')),
    sa.ForeignKeyConstraint(['project_id', 'test_case_id'], ['test_case.project_id', 'test_case.id'], name=op.f('fk_carry_over_project_id_test_case_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_carry_over_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carry_over')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_carry_over_project_id_id')),
    sa.UniqueConstraint('test_case_id', 'to_number', name=op.f('uq_carry_over_test_case_id_to_number'))
    )
    with op.batch_alter_table('carry_over', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_carry_over_project_id'), ['project_id'], unique=False)

    op.create_table('cycle_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('test_case_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'cycle_id'], ['cycle.project_id', 'cycle.id'], name=op.f('fk_cycle_item_project_id_cycle_id')),
    sa.ForeignKeyConstraint(['project_id', 'test_case_id'], ['test_case.project_id', 'test_case.id'], name=op.f('fk_cycle_item_project_id_test_case_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_cycle_item_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cycle_item')),
    sa.UniqueConstraint('cycle_id', 'test_case_id', name=op.f('uq_cycle_item_cycle_id_test_case_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_cycle_item_project_id_id'))
    )
    with op.batch_alter_table('cycle_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cycle_item_project_id'), ['project_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cycle_item_test_case_id'), ['test_case_id'], unique=False)

    op.create_table('defect_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('defect_id', sa.Integer(), nullable=False),
    sa.Column('defect_reference', sa.Text(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('evidence_token', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'defect_id'], ['defect.project_id', 'defect.id'], name=op.f('fk_defect_evidence_project_id_defect_id')),
    sa.ForeignKeyConstraint(['project_id', 'evidence_id'], ['evidence.project_id', 'evidence.id'], name=op.f('fk_defect_evidence_project_id_evidence_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_defect_evidence_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_defect_evidence')),
    sa.UniqueConstraint('defect_id', 'evidence_id', name=op.f('uq_defect_evidence_defect_id_evidence_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_defect_evidence_project_id_id'))
    )
    with op.batch_alter_table('defect_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_defect_evidence_project_id'), ['project_id'], unique=False)

    op.create_table('defect_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('defect_id', sa.Integer(), nullable=False),
    sa.Column('defect_reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('by_side', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_defect_note_by_id')),
    sa.ForeignKeyConstraint(['project_id', 'defect_id'], ['defect.project_id', 'defect.id'], name=op.f('fk_defect_note_project_id_defect_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_defect_note_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_defect_note')),
    sa.UniqueConstraint('defect_id', 'number', name=op.f('uq_defect_note_defect_id_number')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_defect_note_project_id_id'))
    )
    with op.batch_alter_table('defect_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_defect_note_project_id'), ['project_id'], unique=False)

    op.create_table('requirement_version_state',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'in_review', 'approved', 'superseded', name='versionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk_requirement_version_state_decided_by_id')),
    sa.ForeignKeyConstraint(['project_id', 'version_id'], ['requirement_version.project_id', 'requirement_version.id'], name=op.f('fk_requirement_version_state_project_id_version_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_requirement_version_state_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement_version_state')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_requirement_version_state_project_id_id')),
    sa.UniqueConstraint('version_id', name=op.f('uq_requirement_version_state_version_id'))
    )
    with op.batch_alter_table('requirement_version_state', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_requirement_version_state_project_id'), ['project_id'], unique=False)

    op.create_table('test_case_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('test_case_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('requirement_version_id', sa.Integer(), nullable=False),
    sa.Column('requirement_reference', sa.Text(), nullable=False),
    sa.Column('requirement_version_number', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'requirement_version_id'], ['requirement_version.project_id', 'requirement_version.id'], name=op.f('fk_test_case_version_project_id_requirement_version_id')),
    sa.ForeignKeyConstraint(['project_id', 'test_case_id'], ['test_case.project_id', 'test_case.id'], name=op.f('fk_test_case_version_project_id_test_case_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_test_case_version_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_case_version')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_test_case_version_project_id_id')),
    sa.UniqueConstraint('test_case_id', 'number', name=op.f('uq_test_case_version_test_case_id_number'))
    )
    with op.batch_alter_table('test_case_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_test_case_version_project_id'), ['project_id'], unique=False)

    op.create_table('assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('tester_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('to_do', 'in_progress', 'passed', 'failed', 'blocked', 'not_applicable', 'waiting_for_fix', 'waiting_for_change', 'retest_due', 'withdrawn', name='assignmentstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('outcome', sa.Enum('passed', 'passed_with_remarks', 'failed', 'blocked', 'not_applicable', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('run_version', sa.Integer(), nullable=True),
    sa.Column('run_build', sa.Integer(), nullable=True),
    sa.Column('run_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('run_count', sa.Integer(), nullable=False),
    sa.Column('blocked_by', sa.Enum('defect', 'other', name='blockcause', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'cycle_id'], ['cycle.project_id', 'cycle.id'], name=op.f('fk_assignment_project_id_cycle_id')),
    sa.ForeignKeyConstraint(['project_id', 'item_id'], ['cycle_item.project_id', 'cycle_item.id'], name=op.f('fk_assignment_project_id_item_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_assignment_project_id')),
    sa.ForeignKeyConstraint(['tester_id'], ['user.id'], name=op.f('fk_assignment_tester_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment')),
    sa.UniqueConstraint('item_id', 'tester_id', name=op.f('uq_assignment_item_id_tester_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_assignment_project_id_id'))
    )
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.create_index('ix_assignment_cycle', ['cycle_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_project_id'), ['project_id'], unique=False)
        batch_op.create_index('ix_assignment_tester', ['tester_id', 'state'], unique=False)

    op.create_table('defect_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('defect_id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('run_reference', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('passed_build', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['project_id', 'assignment_id'], ['assignment.project_id', 'assignment.id'], name=op.f('fk_defect_link_project_id_assignment_id')),
    sa.ForeignKeyConstraint(['project_id', 'defect_id'], ['defect.project_id', 'defect.id'], name=op.f('fk_defect_link_project_id_defect_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_defect_link_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_defect_link')),
    sa.UniqueConstraint('defect_id', 'assignment_id', name=op.f('uq_defect_link_defect_id_assignment_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_defect_link_project_id_id'))
    )
    with op.batch_alter_table('defect_link', schema=None) as batch_op:
        batch_op.create_index('ix_defect_link_assignment', ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_defect_link_project_id'), ['project_id'], unique=False)

    op.create_table('draft_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('tester_id', sa.Integer(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'assignment_id'], ['assignment.project_id', 'assignment.id'], name=op.f('fk_draft_evidence_project_id_assignment_id')),
    sa.ForeignKeyConstraint(['project_id', 'evidence_id'], ['evidence.project_id', 'evidence.id'], name=op.f('fk_draft_evidence_project_id_evidence_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_draft_evidence_project_id')),
    sa.ForeignKeyConstraint(['tester_id'], ['user.id'], name=op.f('fk_draft_evidence_tester_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_evidence')),
    sa.UniqueConstraint('assignment_id', 'evidence_id', name=op.f('uq_draft_evidence_assignment_id_evidence_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_draft_evidence_project_id_id'))
    )
    with op.batch_alter_table('draft_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_evidence_project_id'), ['project_id'], unique=False)

    op.create_table('run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('case_version_id', sa.Integer(), nullable=False),
    sa.Column('case_reference', sa.Text(), nullable=False),
    sa.Column('case_version_number', sa.Integer(), nullable=False),
    sa.Column('build_id', sa.Integer(), nullable=False),
    sa.Column('build_name', sa.Text(), nullable=False),
    sa.Column('tester_id', sa.Integer(), nullable=False),
    sa.Column('tester_uid', sa.Text(), nullable=False),
    sa.Column('tester_name', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Enum('passed', 'passed_with_remarks', 'failed', 'blocked', 'not_applicable', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('blocked_by', sa.Enum('defect', 'other', name='blockcause', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'assignment_id'], ['assignment.project_id', 'assignment.id'], name=op.f('fk_run_project_id_assignment_id')),
    sa.ForeignKeyConstraint(['project_id', 'build_id'], ['build.project_id', 'build.id'], name=op.f('fk_run_project_id_build_id')),
    sa.ForeignKeyConstraint(['project_id', 'case_version_id'], ['test_case_version.project_id', 'test_case_version.id'], name=op.f('fk_run_project_id_case_version_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_run_project_id')),
    sa.ForeignKeyConstraint(['tester_id'], ['user.id'], name=op.f('fk_run_tester_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run')),
    sa.UniqueConstraint('assignment_id', 'attempt', name=op.f('uq_run_assignment_id_attempt')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_run_project_id_id')),
    sa.UniqueConstraint('project_id', 'reference', name=op.f('uq_run_project_id_reference'))
    )
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_project_id'), ['project_id'], unique=False)
        batch_op.create_index('ix_run_submitted', ['project_id', 'submitted_at'], unique=False)

    op.create_table('run_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('tester_id', sa.Integer(), nullable=False),
    sa.Column('case_version_id', sa.Integer(), nullable=False),
    sa.Column('build_id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('not_applicable', sa.Boolean(), nullable=False),
    sa.Column('blocked_by', sa.Enum('defect', 'other', name='blockcause', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.ForeignKeyConstraint(['project_id', 'assignment_id'], ['assignment.project_id', 'assignment.id'], name=op.f('fk_run_draft_project_id_assignment_id')),
    sa.ForeignKeyConstraint(['project_id', 'build_id'], ['build.project_id', 'build.id'], name=op.f('fk_run_draft_project_id_build_id')),
    sa.ForeignKeyConstraint(['project_id', 'case_version_id'], ['test_case_version.project_id', 'test_case_version.id'], name=op.f('fk_run_draft_project_id_case_version_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_run_draft_project_id')),
    sa.ForeignKeyConstraint(['tester_id'], ['user.id'], name=op.f('fk_run_draft_tester_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_draft')),
    sa.UniqueConstraint('assignment_id', 'tester_id', name=op.f('uq_run_draft_assignment_id_tester_id')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_run_draft_project_id_id'))
    )
    with op.batch_alter_table('run_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_draft_project_id'), ['project_id'], unique=False)

    op.create_table('run_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('run_reference', sa.Text(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('evidence_token', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'evidence_id'], ['evidence.project_id', 'evidence.id'], name=op.f('fk_run_evidence_project_id_evidence_id')),
    sa.ForeignKeyConstraint(['project_id', 'run_id'], ['run.project_id', 'run.id'], name=op.f('fk_run_evidence_project_id_run_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_run_evidence_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_evidence')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_run_evidence_project_id_id')),
    sa.UniqueConstraint('run_id', 'evidence_id', name=op.f('uq_run_evidence_run_id_evidence_id'))
    )
    with op.batch_alter_table('run_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_evidence_project_id'), ['project_id'], unique=False)

    op.create_table('run_void',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('run_reference', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_run_void_by_id')),
    sa.ForeignKeyConstraint(['project_id', 'run_id'], ['run.project_id', 'run.id'], name=op.f('fk_run_void_project_id_run_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_run_void_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_void')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_run_void_project_id_id')),
    sa.UniqueConstraint('run_id', name=op.f('uq_run_void_run_id'))
    )
    with op.batch_alter_table('run_void', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_void_project_id'), ['project_id'], unique=False)

    op.create_table('step_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('run_reference', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Enum('as_expected', 'not_as_expected', 'not_done', name='stepanswer', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id', 'run_id'], ['run.project_id', 'run.id'], name=op.f('fk_step_result_project_id_run_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_step_result_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step_result')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_step_result_project_id_id')),
    sa.UniqueConstraint('run_id', 'position', name=op.f('uq_step_result_run_id_position'))
    )
    with op.batch_alter_table('step_result', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_step_result_project_id'), ['project_id'], unique=False)




def downgrade() -> None:

    with op.batch_alter_table('step_result', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_step_result_project_id'))

    op.drop_table('step_result')
    with op.batch_alter_table('run_void', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_run_void_project_id'))

    op.drop_table('run_void')
    with op.batch_alter_table('run_evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_run_evidence_project_id'))

    op.drop_table('run_evidence')
    with op.batch_alter_table('run_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_run_draft_project_id'))

    op.drop_table('run_draft')
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_index('ix_run_submitted')
        batch_op.drop_index(batch_op.f('ix_run_project_id'))

    op.drop_table('run')
    with op.batch_alter_table('draft_evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_evidence_project_id'))

    op.drop_table('draft_evidence')
    with op.batch_alter_table('defect_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_defect_link_project_id'))
        batch_op.drop_index('ix_defect_link_assignment')

    op.drop_table('defect_link')
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index('ix_assignment_tester')
        batch_op.drop_index(batch_op.f('ix_assignment_project_id'))
        batch_op.drop_index('ix_assignment_cycle')

    op.drop_table('assignment')
    with op.batch_alter_table('test_case_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_test_case_version_project_id'))

    op.drop_table('test_case_version')
    with op.batch_alter_table('requirement_version_state', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_requirement_version_state_project_id'))

    op.drop_table('requirement_version_state')
    with op.batch_alter_table('defect_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_defect_note_project_id'))

    op.drop_table('defect_note')
    with op.batch_alter_table('defect_evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_defect_evidence_project_id'))

    op.drop_table('defect_evidence')
    with op.batch_alter_table('cycle_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cycle_item_test_case_id'))
        batch_op.drop_index(batch_op.f('ix_cycle_item_project_id'))

    op.drop_table('cycle_item')
    with op.batch_alter_table('carry_over', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_carry_over_project_id'))

    op.drop_table('carry_over')
    with op.batch_alter_table('test_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_test_case_requirement_id'))
        batch_op.drop_index(batch_op.f('ix_test_case_project_id'))

    op.drop_table('test_case')
    with op.batch_alter_table('requirement_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_requirement_version_project_id'))

    op.drop_table('requirement_version')
    with op.batch_alter_table('defect', schema=None) as batch_op:
        batch_op.drop_index('ix_defect_state')
        batch_op.drop_index(batch_op.f('ix_defect_reporter_id'))
        batch_op.drop_index(batch_op.f('ix_defect_project_id'))

    op.drop_table('defect')
    with op.batch_alter_table('signoff_cycle', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signoff_cycle_project_id'))

    op.drop_table('signoff_cycle')
    with op.batch_alter_table('requirement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_requirement_project_id'))
        batch_op.drop_index('ix_requirement_document')

    op.drop_table('requirement')
    with op.batch_alter_table('membership_role', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_role_project_id'))

    op.drop_table('membership_role')
    with op.batch_alter_table('document_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_version_project_id'))

    op.drop_table('document_version')
    with op.batch_alter_table('certificate_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_file_project_id'))

    op.drop_table('certificate_file')
    op.drop_table('audit_text')
    op.drop_table('audit_list')
    op.drop_table('audit_checkpoint')
    with op.batch_alter_table('waiver', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_waiver_project_id'))

    op.drop_table('waiver')
    with op.batch_alter_table('signoff_snapshot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signoff_snapshot_project_id'))

    op.drop_table('signoff_snapshot')
    with op.batch_alter_table('signoff_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signoff_note_project_id'))

    op.drop_table('signoff_note')
    with op.batch_alter_table('signing_nonce', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signing_nonce_project_id'))

    op.drop_table('signing_nonce')
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signature_project_id'))

    op.drop_table('signature')
    with op.batch_alter_table('signatory', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signatory_user_id'))
        batch_op.drop_index(batch_op.f('ix_signatory_project_id'))

    op.drop_table('signatory')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_user_id'))
        batch_op.drop_index(batch_op.f('ix_membership_project_id'))

    op.drop_table('membership')
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_project_id'))

    op.drop_table('document')
    with op.batch_alter_table('deployment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deployment_project_id'))

    op.drop_table('deployment')
    with op.batch_alter_table('cycle', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cycle_project_id'))

    op.drop_table('cycle')
    with op.batch_alter_table('condition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_condition_project_id'))

    op.drop_table('condition')
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_project_id'))

    op.drop_table('certificate')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_chain_subject')

    op.drop_table('audit_entry')
    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_session_user_id'))
        batch_op.drop_index('ix_user_session_seen')

    op.drop_table('user_session')
    with op.batch_alter_table('signoff', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signoff_project_id'))

    op.drop_table('signoff')
    op.drop_table('roles_users')
    with op.batch_alter_table('reference_counter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reference_counter_project_id'))

    op.drop_table('reference_counter')
    with op.batch_alter_table('project_partner', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_project_partner_project_id'))

    op.drop_table('project_partner')
    with op.batch_alter_table('kept_form', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_kept_form_user_id'))

    op.drop_table('kept_form')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index('uq_invitation_set_up', sqlite_where=sa.text("purpose = 'set_up'"), postgresql_where=sa.text("purpose = 'set_up'"))
        batch_op.drop_index(batch_op.f('ix_invitation_user_id'))

    op.drop_table('invitation')
    with op.batch_alter_table('import_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_report_project_id'))

    op.drop_table('import_report')
    op.drop_table('form_sent')
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_project_id'))

    op.drop_table('evidence')
    with op.batch_alter_table('environment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_environment_project_id'))

    op.drop_table('environment')
    with op.batch_alter_table('business_unit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_business_unit_project_id'))

    op.drop_table('business_unit')
    with op.batch_alter_table('business_process', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_business_process_project_id'))

    op.drop_table('business_process')
    with op.batch_alter_table('build', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_build_project_id'))

    op.drop_table('build')
    op.drop_table('audit_chain')
    op.drop_table('user')
    op.drop_table('project')
    op.drop_table('role')
    op.drop_table('outgoing_mail')
    op.drop_table('organisation')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_due')

    op.drop_table('job')
    op.drop_table('guess')

