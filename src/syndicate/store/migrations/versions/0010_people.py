"""What is asked for and consented to: sign-ups, links that expire, consents, suppressions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_moment = sa.DateTime(timezone=True)
_empty = sa.text("''")
_nothing = sa.text("'{}'")


def upgrade() -> None:
    """Make the tables, and give subscriptions a place for why they ended."""
    op.add_column("subscription", sa.Column("reason", sa.Text, nullable=False, server_default=_empty))
    op.create_table(
        "wording",
        sa.Column("id", _serial, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wording"),
        sa.UniqueConstraint("digest", name="uq_wording_digest"),
    )
    op.create_table(
        "consent",
        sa.Column("id", _serial, nullable=False),
        sa.Column("subscriber_id", _serial, nullable=False),
        sa.Column("newsletter", sa.Text, nullable=False, server_default=_empty),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.Column("source", sa.Text, nullable=False, server_default=_empty),
        sa.Column("wording_id", _serial),
        sa.Column("ip", sa.Text),
        sa.Column("evidence", sa.Text, nullable=False, server_default=_nothing),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_consent_subscriber_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name="fk_consent_wording_id"),
    )
    op.create_index("ix_consent_subscriber_id", "consent", ["subscriber_id"])
    with_ip = sa.text("ip IS NOT NULL")
    op.create_index("ix_consent_ip", "consent", ["at"], sqlite_where=with_ip, postgresql_where=with_ip)
    op.create_table(
        "signup",
        sa.Column("id", _serial, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False, server_default=_empty),
        sa.Column("source", sa.Text, nullable=False, server_default=_empty),
        sa.Column("wording_id", _serial),
        sa.Column("ip", sa.Text),
        sa.Column("asked_at", _moment, nullable=False),
        sa.Column("due_at", _moment),
        sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("expires_at", _moment, nullable=False),
        sa.Column("confirmed_at", _moment),
        sa.PrimaryKeyConstraint("id", name="pk_signup"),
        sa.UniqueConstraint("email_key", name="uq_signup_email_key"),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name="fk_signup_wording_id"),
    )
    op.create_index("ix_signup_expires_at", "signup", ["expires_at"])
    waits = sa.text("due_at IS NOT NULL")
    op.create_index("ix_signup_due", "signup", ["due_at"], sqlite_where=waits, postgresql_where=waits)
    op.create_table(
        "ticket",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("signup_id", _serial),
        sa.Column("subscriber_id", _serial),
        sa.Column("email", sa.Text, nullable=False, server_default=_empty),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("expires_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_ticket"),
        sa.ForeignKeyConstraint(["signup_id"], ["signup.id"], name="fk_ticket_signup_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_ticket_subscriber_id", ondelete="CASCADE"
        ),
    )
    for name in ("signup_id", "subscriber_id", "expires_at"):
        op.create_index(f"ix_ticket_{name}", "ticket", [name])
    op.create_table(
        "link",
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("subscription_id", _serial, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_link"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_link_subscription_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_link_subscription_id", "link", ["subscription_id"])
    op.create_table(
        "asked",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("letters", sa.Integer, nullable=False),
        sa.Column("last_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", "purpose", name="pk_asked"),
    )
    op.create_index("ix_asked_last_at", "asked", ["last_at"])
    op.create_table(
        "suppression",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("newsletter", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False, server_default=_empty),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False, server_default=_nothing),
        sa.PrimaryKeyConstraint("hash", "newsletter", name="pk_suppression"),
    )
