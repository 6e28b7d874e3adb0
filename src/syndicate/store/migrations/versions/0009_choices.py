"""What subscribers choose of a newsletter, and up to which moment each has had what is due to him.

Who is owed the articles of a letter gone stale is no table any more: his own moment goes back to before them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_moment = sa.DateTime(timezone=True)
_empty = sa.text("''")

# All are as their newsletter has it, and had what was due up to its last edition, whether that was made ahead
# of its time or late; but for articles that were in none, such as one whose file was missing just then.
_CHOICES = """
INSERT INTO choice (newsletter, created_at, covered_at)
SELECT newsletter, began, CASE WHEN lacking < edited THEN lacking ELSE edited END FROM (
    SELECT s.newsletter, min(s.started_at) AS began, coalesce(
        (SELECT CASE WHEN e.frozen_at < e.occasion_at THEN e.frozen_at ELSE e.occasion_at END
            FROM edition e WHERE e.newsletter = s.newsletter ORDER BY e.id DESC LIMIT 1),
        (SELECT n.started_at FROM newsletter n WHERE n.name = s.newsletter),
        min(s.started_at)) AS edited,
        (SELECT {before} FROM article a WHERE a.state IN ('present', 'missing') AND a.visible_at >
            (SELECT n.started_at FROM newsletter n WHERE n.name = s.newsletter)
            AND NOT EXISTS (SELECT 1 FROM rendition_article ra JOIN rendition r ON r.id = ra.rendition_id
                JOIN edition e ON e.id = r.edition_id
                WHERE ra.article_id = a.id AND e.newsletter = s.newsletter)) AS lacking
    FROM subscription s GROUP BY s.newsletter
) AS known
"""
_CHOOSE = (
    "UPDATE subscription SET choice_id = (SELECT id FROM choice WHERE newsletter = subscription.newsletter)"
)
# Articles visible after an edition's occasion may be in it, and none is that was visible long before.
_SINCE = """
UPDATE rendition SET after_at = (
    SELECT {before} FROM rendition_article ra JOIN article a ON a.id = ra.article_id
    WHERE ra.rendition_id = rendition.id)
WHERE edition_id IS NOT NULL
"""
# Who came after that is due nothing from before.
_LATE = """
UPDATE subscription SET after_at = {start}
WHERE started_at > (SELECT covered_at FROM choice WHERE id = subscription.choice_id)
"""
_OWED = """
UPDATE subscription SET after_at = (
    SELECT min(r.after_at) FROM owed o JOIN rendition r ON r.id = o.rendition_id
    WHERE o.subscriber_id = subscription.subscriber_id AND o.newsletter = subscription.newsletter)
WHERE EXISTS (SELECT 1 FROM owed o
    WHERE o.subscriber_id = subscription.subscriber_id AND o.newsletter = subscription.newsletter)
"""


def upgrade() -> None:
    """Make the table of choices, give each subscription its own, and turn debts into moments."""
    op.create_table(
        "choice",
        sa.Column("id", _serial, nullable=False),
        sa.Column("newsletter", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False, server_default=_empty)
            for name in ("frequency", "zone", "at", "language", "topics")
        ),
        sa.Column("pictures", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False, server_default=_empty),
        sa.Column("covered_at", _moment),
        sa.PrimaryKeyConstraint("id", name="pk_choice"),
        sa.UniqueConstraint(
            *("newsletter", "frequency", "zone", "at", "language", "topics", "pictures"),
            name="uq_choice_newsletter_frequency_zone_at_language_topics_pictures",
        ),
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    before = "datetime(min(a.visible_at), '-1 second')" if on_sqlite else "min(a.visible_at) - interval '1 s'"
    op.execute(_CHOICES.format(before=before))
    op.add_column("rendition", sa.Column("after_at", _moment))
    op.execute(_SINCE.format(before=before))
    for column in (
        sa.Column("choice_id", _serial),
        sa.Column("after_at", _moment),
        sa.Column("paused_until", _moment),
    ):
        op.add_column("subscription", column)
    op.execute(_CHOOSE)
    start = "datetime(started_at, '-1 second')"
    if not on_sqlite:
        start = "date_trunc('second', started_at) - interval '1 s'"
    op.execute(_LATE.format(start=start))
    op.execute(_OWED)
    with op.batch_alter_table("subscription") as batch:
        batch.alter_column("choice_id", existing_type=_serial, nullable=False)
        batch.create_foreign_key("fk_subscription_choice_id", "choice", ["choice_id"], ["id"])
    op.create_index("ix_subscription_choice_id", "subscription", ["choice_id"])
    own = sa.text("after_at IS NOT NULL")
    columns = ["choice_id", "after_at"]
    op.create_index("ix_subscription_own", "subscription", columns, sqlite_where=own, postgresql_where=own)
    op.drop_table("owed")
