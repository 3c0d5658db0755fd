"""Second factors: the secret of a person's app, recovery codes, codes that were used; how each signature was proved.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

INDEX = "ix_signature_proof_project_id"
MEANS = ("password", "password_and_code", "password_and_recovery_code")


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("user_id", name=op.f("uq_second_factor_user_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factor_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["factor_id"], ["second_factor.id"], name=op.f("fk_recovery_code_factor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("factor_id", "code_hash", name=op.f("uq_recovery_code_factor_id_code_hash")),
    )
    op.create_table(
        "code_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factor_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["factor_id"], ["second_factor.id"], name=op.f("fk_code_use_factor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_use")),
        sa.UniqueConstraint("factor_id", "step", name=op.f("uq_code_use_factor_id_step")),
    )
    _proofs()


def _proofs() -> None:
    op.create_table(
        "signature_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("signoff_id", sa.Integer(), nullable=False),
        sa.Column("signoff_reference", sa.Text(), nullable=False),
        sa.Column("signer_uid", sa.Text(), nullable=False),
        sa.Column(
            "means",
            sa.Enum(*MEANS, name="means", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "signoff_id"],
            ["signoff.project_id", "signoff.id"],
            name=op.f("fk_signature_proof_project_id_signoff_id"),
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_signature_proof_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_proof")),
        sa.UniqueConstraint("project_id", "id", name=op.f("uq_signature_proof_project_id_id")),
        sa.UniqueConstraint(
            "signoff_id", "signer_uid", name=op.f("uq_signature_proof_signoff_id_signer_uid")
        ),
    )
    op.create_index(INDEX, "signature_proof", ["project_id"])


def downgrade() -> None:
    op.drop_index(INDEX, table_name="signature_proof")
    for table in ("signature_proof", "code_use", "recovery_code", "second_factor"):
        op.drop_table(table)
