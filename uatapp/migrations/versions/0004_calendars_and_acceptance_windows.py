"""Working calendars of organisations, acceptance windows and their clocks, deemed acceptance.

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

BEFORE = ('requested', 'withdrawn', 'lapsed', 'accepted', 'accepted_with_conditions', 'rejected', 'superseded', 'needs_reconfirmation')
AFTER = (*BEFORE, 'deemed_accepted')


def _states(values: tuple[str, ...]) -> None:
    """Let the column `state` of sign-offs hold just these. SQLite makes the table anew, without its CHECK."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table('signoff', schema=None) as batch_op:
        if op.get_context().dialect.name != 'sqlite':
            batch_op.drop_constraint(op.f('ck_signoff_signoffstate'), type_='check')
        batch_op.create_check_constraint(op.f('ck_signoff_signoffstate'), f"state IN ({listed})")


def upgrade() -> None:
    _states(AFTER)
    op.create_table('organisation_calendar',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('week', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organisation_calendar_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_calendar')),
    sa.UniqueConstraint('organisation_id', name=op.f('uq_organisation_calendar_organisation_id'))
    )
    op.create_table('organisation_holiday',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('closed_from', sa.Integer(), nullable=False),
    sa.CheckConstraint('closed_from BETWEEN 0 AND 1439', name=op.f('ck_organisation_holiday_closed_from')),
    sa.CheckConstraint('length(name) <= 80', name=op.f('ck_organisation_holiday_name')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organisation_holiday_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_holiday')),
    sa.UniqueConstraint('organisation_id', 'day', name=op.f('uq_organisation_holiday_organisation_id_day'))
    )
    op.create_table('acceptance_terms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('review_days', sa.Integer(), nullable=False),
    sa.Column('notice_days', sa.Integer(), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('clause', sa.Text(), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('side', sa.Enum('customer', 'partner', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('review_days BETWEEN 0 AND 250', name=op.f('ck_acceptance_terms_review_days')),
    sa.CheckConstraint('notice_days BETWEEN 0 AND 60', name=op.f('ck_acceptance_terms_notice_days')),
    sa.CheckConstraint('rounds BETWEEN 0 AND 20', name=op.f('ck_acceptance_terms_rounds')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_acceptance_terms_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance_terms')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_acceptance_terms_project_id_id')),
    sa.UniqueConstraint('project_id', 'number', name=op.f('uq_acceptance_terms_project_id_number'))
    )
    with op.batch_alter_table('acceptance_terms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acceptance_terms_project_id'), ['project_id'], unique=False)

    op.create_table('acceptance_terms_state',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'agreed', 'declined', 'withdrawn', 'replaced', name='termsstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_acceptance_terms_state_project_id')),
    sa.ForeignKeyConstraint(['project_id', 'terms_id'], ['acceptance_terms.project_id', 'acceptance_terms.id'], name=op.f('fk_acceptance_terms_state_project_id_terms_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance_terms_state')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_acceptance_terms_state_project_id_id')),
    sa.UniqueConstraint('terms_id', name=op.f('uq_acceptance_terms_state_terms_id'))
    )
    with op.batch_alter_table('acceptance_terms_state', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acceptance_terms_state_project_id'), ['project_id'], unique=False)
        batch_op.create_index('uq_acceptance_agreed', ['project_id'], unique=True, sqlite_where=sa.text("state = 'agreed'"), postgresql_where=sa.text("state = 'agreed'"))
        batch_op.create_index('uq_acceptance_proposed', ['project_id'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))

    op.create_table('acceptance_clock',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.Column('silence_on', sa.Date(), nullable=True),
    sa.Column('noticed_for', sa.Date(), nullable=True),
    sa.Column('reached_for', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_acceptance_clock_project_id')),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_acceptance_clock_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['project_id', 'terms_id'], ['acceptance_terms.project_id', 'acceptance_terms.id'], name=op.f('fk_acceptance_clock_project_id_terms_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance_clock')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_acceptance_clock_project_id_id')),
    sa.UniqueConstraint('signoff_id', name=op.f('uq_acceptance_clock_signoff_id'))
    )
    with op.batch_alter_table('acceptance_clock', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acceptance_clock_project_id'), ['project_id'], unique=False)

    op.create_table('acceptance_pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ended_at IS NULL OR ended_at >= began_at', name=op.f('ck_acceptance_pause_ended_at')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_acceptance_pause_project_id')),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_acceptance_pause_project_id_signoff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance_pause')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_acceptance_pause_project_id_id'))
    )
    with op.batch_alter_table('acceptance_pause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acceptance_pause_project_id'), ['project_id'], unique=False)
        batch_op.create_index('uq_acceptance_pause_open', ['signoff_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('deemed_acceptance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('signoff_id', sa.Integer(), nullable=False),
    sa.Column('signoff_reference', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('by_uid', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('job_title', sa.Text(), nullable=False),
    sa.Column('organisation', sa.Text(), nullable=False),
    sa.Column('terms_reference', sa.Text(), nullable=False),
    sa.Column('clause', sa.Text(), nullable=False),
    sa.Column('review_days', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('silence_on', sa.Date(), nullable=False),
    sa.Column('pauses', sa.JSON(), nullable=False),
    sa.Column('snapshot_sha256', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_deemed_acceptance_project_id')),
    sa.ForeignKeyConstraint(['project_id', 'signoff_id'], ['signoff.project_id', 'signoff.id'], name=op.f('fk_deemed_acceptance_project_id_signoff_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_deemed_acceptance_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deemed_acceptance')),
    sa.UniqueConstraint('project_id', 'id', name=op.f('uq_deemed_acceptance_project_id_id')),
    sa.UniqueConstraint('signoff_id', name=op.f('uq_deemed_acceptance_signoff_id'))
    )
    with op.batch_alter_table('deemed_acceptance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deemed_acceptance_project_id'), ['project_id'], unique=False)


def downgrade() -> None:
    for table in ('deemed_acceptance', 'acceptance_pause', 'acceptance_clock', 'acceptance_terms_state', 'acceptance_terms', 'organisation_holiday', 'organisation_calendar'):
        op.drop_table(table)
    # an earlier program knows no deemed acceptance: what was neither signed nor rejected is taken back
    op.execute("UPDATE signoff SET state = 'withdrawn' WHERE state = 'deemed_accepted'")
    _states(BEFORE)
