"""The first tables: articles, subscribers, editions and the outbox.

A migration is frozen: it names its columns itself and imports nothing of syndicate.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table."""
    _articles()
    _keys()
    _subscribers()
    _editions()
    _outbox()
    _notes()


def _articles() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("first_seen_at", _moment, nullable=False),
        sa.Column("floor_at", _moment, nullable=False),
        sa.Column("undated_at", _moment, nullable=False),
        sa.Column("changed_at", _moment),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("slug", name="uq_article_slug"),
    )
    op.create_index("ix_article_path", "article", ["path"])
    op.create_index("ix_article_fingerprint", "article", ["fingerprint"])
    op.create_table(
        "parsed",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("fault_line", sa.Integer),
        sa.Column("fault", sa.Text),
        sa.PrimaryKeyConstraint("path", name="pk_parsed"),
    )


def _keys() -> None:
    op.create_table(
        "identity",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("urn", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_identity"),
        sa.UniqueConstraint("urn", name="uq_identity_urn"),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "newsletter",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("started_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_newsletter"),
    )


def _subscribers() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", _serial, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("extra", sa.Text, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("email_key", name="uq_subscriber_email_key"),
    )
    op.create_table(
        "subscription",
        sa.Column("id", _serial, nullable=False),
        sa.Column("subscriber_id", _serial, nullable=False),
        sa.Column("newsletter", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("started_at", _moment, nullable=False),
        sa.Column("ended_at", _moment),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_subscription_subscriber_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("token", name="uq_subscription_token"),
        sa.UniqueConstraint("subscriber_id", "newsletter", name="uq_subscription_subscriber_id_newsletter"),
    )
    op.create_index("ix_subscription_newsletter_state", "subscription", ["newsletter", "state"])


def _editions() -> None:
    op.create_table(
        "edition",
        sa.Column("id", _serial, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("newsletter", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("occasion_at", _moment, nullable=False),
        sa.Column("frozen_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
        sa.UniqueConstraint("uid", name="uq_edition_uid"),
        sa.UniqueConstraint("newsletter", "occasion", name="uq_edition_newsletter_occasion"),
    )
    op.create_table(
        "rendition",
        sa.Column("id", _serial, nullable=False),
        sa.Column("edition_id", _serial, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rendition"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_rendition_edition_id"),
    )
    op.create_index("ix_rendition_edition_id", "rendition", ["edition_id"])
    op.create_table(
        "rendition_article",
        sa.Column("rendition_id", _serial, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("rendition_id", "article_id", name="pk_rendition_article"),
        sa.ForeignKeyConstraint(["rendition_id"], ["rendition.id"], name="fk_rendition_article_rendition_id"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_rendition_article_article_id", onupdate="CASCADE"
        ),
    )
    op.create_index("ix_rendition_article_article_id", "rendition_article", ["article_id"])


def _outbox() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", _serial, nullable=False),
        sa.Column("edition_id", _serial, nullable=False),
        sa.Column("rendition_id", _serial, nullable=False),
        sa.Column("subscriber_id", _serial),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("queued_at", _moment, nullable=False),
        sa.Column("due_at", _moment, nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("reply", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_delivery_edition_id"),
        sa.ForeignKeyConstraint(["rendition_id"], ["rendition.id"], name="fk_delivery_rendition_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_delivery_subscriber_id",
            ondelete="SET NULL",
        ),
        sa.UniqueConstraint("edition_id", "subscriber_id", name="uq_delivery_edition_id_subscriber_id"),
    )
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
    op.create_index("ix_delivery_edition_id_state", "delivery", ["edition_id", "state"])
    waiting = sa.text("state IN ('pending', 'deferred', 'unknown')")
    sending = sa.text("state = 'sending'")
    op.create_index(
        "ix_delivery_waiting", "delivery", ["due_at", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_delivery_sending", "delivery", ["id"], sqlite_where=sending, postgresql_where=sending)


def _notes() -> None:
    op.create_table(
        "fault",
        sa.Column("id", _serial, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("line", sa.Integer),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("seen_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fault"),
    )
    op.create_table(
        "tick",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("started_at", _moment, nullable=False),
        sa.Column("ended_at", _moment),
        sa.Column("detail", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_tick"),
    )
