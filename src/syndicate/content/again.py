"""When an article that was out before is new to newsletters again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.model import ArticleRecord, ArticleState


@dataclass(frozen=True, slots=True)
class Return:
    """One article at one scan: its record before and after it, and with what its file asks to be mailed.

    `edited` is False where the file's bytes are those of the last scan: what reads otherwise asks nothing.
    """

    before: ArticleRecord
    after: ArticleRecord
    wish: str = ""
    edited: bool = True


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The scan's moment, the longest time between two editions, and how many old articles are an archive."""

    now: datetime
    period: timedelta
    many: int
    archive: bool = False  # whether old articles are no news however few they are


def renewed(returns: Mapping[str, Return], by: Yardstick) -> tuple[dict[str, ArticleRecord], int]:
    """Return the records after the scan with their moments for newsletters, and how many old ones are back.

    An article is new again from when it is out again, or from now where it is out and asks with another text
    than before. Where many old ones come back at once they are an archive, and only what asks is new.
    """
    back = {path for path, one in returns.items() if _is_back(one, by)}
    old = {path for path in back if _mail_at(returns[path].before) < by.now - by.period}
    if by.archive or len(old) > by.many:
        back -= old
    return {path: _renewed(one, path in back, by) for path, one in returns.items()}, len(old)


def _renewed(one: Return, back: bool, by: Yardstick) -> ArticleRecord:
    """Return the record; what is not out asks once it is, and what never was out needs not ask."""
    before, after = one.before, one.after
    wish = one.wish or before.resend
    if not _had_its_moment(before, by.now):
        return after if wish == after.resend else replace(after, resend=wish)
    out_from = _out_from(after, by)
    if out_from is None:
        return after
    asks = one.edited and wish != before.resend
    if not asks and not back:
        return after if wish == after.resend else replace(after, resend=wish)
    ahead = before.resent_at is not None and before.resent_at > by.now
    resent_at = out_from if asks or ahead else before.resent_at
    return replace(after, resend=wish, again_at=out_from, resent_at=resent_at)


def _is_back(one: Return, by: Yardstick) -> bool:
    """Tell whether an article that had its moment is out again, or is to come out at another date."""
    if not _had_its_moment(one.before, by.now):
        return False
    out_from = _out_from(one.after, by)
    return out_from is not None and out_from != _out_from(one.before, by)


def _had_its_moment(record: ArticleRecord, now: datetime) -> bool:
    return record.visible_at is not None and record.visible_at <= now and not record.held_since


def _out_from(record: ArticleRecord, by: Yardstick) -> datetime | None:
    """Return since when newsletters may take an article: now, its date to come, or None: that is not known.

    A missing one is shown all the while, and newsletters wait for it: it was never away. A forgotten one went
    with its folder, which is no news.
    """
    out_from = max(by.now, record.published_at or record.undated_at)
    over = record.expires_at is not None and record.expires_at <= out_from
    if record.hidden or over or record.state is ArticleState.WITHDRAWN:
        return None
    return out_from


def _mail_at(record: ArticleRecord) -> datetime:
    """Return when an article that had its moment was new last."""
    visible_at = record.visible_at or record.undated_at
    return max(visible_at, record.again_at) if record.again_at else visible_at
