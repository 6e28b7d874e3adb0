"""Makes a publication of one's own: the shipped configuration with the answers put in."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from syndicate import yamldoc
from syndicate.app.moving.outline import Outline
from syndicate.app.moving.writing import folder_for_files, with_outline
from syndicate.config import Config
from syndicate.configfile import parse_config
from syndicate.durable import make_folder, write_whole
from syndicate.errors import ConfigError, UsageError
from syndicate.resources import shipped


@dataclass(frozen=True, slots=True)
class Answers:
    """What the operator said. An empty `sender` becomes one at the host of `url`."""

    title: str
    url: str
    language: str
    timezone: str
    sender: str
    description: str = ""
    author: str = ""


def found(
    folder: Path, answers: Answers, *, demo: bool, now: datetime, site: Outline | None = None
) -> list[Path]:
    """Write ``config.yaml``, ``content/`` and ``.gitignore`` into `folder`; return what was made.

    With `site` the content is that of a site another program makes, and no folder for it is made. Raises
    UsageError naming the answers that cannot be used; then nothing was written.
    """
    text = configuration(shipped("config.yaml").read_text("utf-8"), answers)
    if site:
        text = with_outline(text, site, folder)
    config = _parsed(text, folder)
    make_folder(folder.absolute())
    content = folder / "content"
    made = [folder / "config.yaml"]
    if not site:
        make_folder(content.absolute())
        made.append(content)
    if demo:
        today = now.astimezone(config.publication.timezone).date()
        made += _add_samples(content, today)
    if not (folder / ".gitignore").exists():
        ours = folder_for_files(site, folder) if site else "public"
        write_whole(folder / ".gitignore", f"/{ours}/\n/var/\n".encode())
        made.append(folder / ".gitignore")
    write_whole(folder / "config.yaml", text.encode())
    return made


def faults(answers: Answers) -> list[str]:
    """Return what is wrong with the answers, as ``setting: reason``; nothing is written."""
    try:
        _parsed(configuration(shipped("config.yaml").read_text("utf-8"), answers), Path())
    except UsageError as error:
        return str(error).splitlines()
    return []


def _parsed(text: str, folder: Path) -> Config:
    try:
        return parse_config(text, name="config.yaml", base=folder.absolute(), environment=os.environ)
    except ConfigError as error:
        lines = [re.sub(r"^config\.yaml:\d+:\d+: ", "", fault) for fault in error.faults]
        raise UsageError("\n".join(lines)) from None


def sender_of(title: str, url: str) -> str:
    """Return a sender for a publication that names none: its title, at the host of its address."""
    host = urlsplit(url).hostname or "localhost"
    domain = "news.example.org" if re.fullmatch(r"[\d.:]+|localhost", host) else host
    return f"{_plain_name(title)} <news@{domain}>"


def configuration(template: str, answers: Answers) -> str:
    """Return the shipped configuration with the answers in place of its example; comments stay."""
    values = {
        "title": answers.title,
        "url": answers.url,
        "description": answers.description,
        "language": answers.language,
        "timezone": answers.timezone,
        "author": answers.author,
        "from": answers.sender or sender_of(answers.title, answers.url),
    }
    text = template
    for key, value in values.items():
        line = f"  {key}: {yamldoc.quote(value)}" if value else f'  {key}: ""'
        text = re.sub(
            rf"(?m)^  {key}: .*?(?:(?<=  )(?=#)|$)",
            lambda old, line=line: _in_place_of(old, line),  # type: ignore[misc]
            text,
            count=1,
        )
    title = yamldoc.quote(answers.title)
    return re.sub(r"(?m)^    title: .*$", lambda _: f"    title: {title}", text, count=1)


def _in_place_of(old: re.Match[str], line: str) -> str:
    """Return `line` as wide as the old one, so that the comment behind it stays in its column."""
    before_comment = old.end() < len(old.string) and old.string[old.end()] == "#"
    return f"{line}  ".ljust(len(old[0])) if before_comment else line


def _plain_name(title: str) -> str:
    return re.sub(r"[<>\"\\,;:@()\[\]]", "", title).strip() or "News"


def local_zone() -> str:
    """Return this machine's zone where it tells, else UTC."""
    name = os.environ.get("TZ", "")
    if not name:
        real = os.path.realpath("/etc/localtime")
        name = real.partition("zoneinfo/")[2]
    return name if name in available_timezones() else "UTC"


def _add_samples(content: Path, today: date) -> list[Path]:
    """Copy the sample articles, their dates moved so that the newest is of `today`."""
    source = shipped("content")
    files = sorted(path for path in source.rglob("*") if path.is_file())
    texts = {path: path.read_text("utf-8") for path in files if path.suffix in (".md", ".html", ".txt")}
    newest = max((day for text in texts.values() for day in _days(text)), default=today)
    made = []
    for path in files:
        target = content / path.relative_to(source)
        body = moved(texts[path], today - newest).encode() if path in texts else path.read_bytes()
        write_whole(target, body)
        made.append(target)
    return made


_DATE_LINE = re.compile(r"(?m)^(?P<before>date: *)(?P<day>\d{4}-\d\d-\d\d).*$")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_NEWS_LINE = re.compile(
    rf"(?m)^(?P<before>Diterbitkan Pada )(?P<d>\d\d?) (?P<m>{'|'.join(_MONTHS)}) (?P<y>\d{{4}}).*$"
)


def _days(text: str) -> list[date]:
    """Return the date in an article's head: a line of front matter, or that of a copied news page."""
    if match := _DATE_LINE.search(text):
        return [date.fromisoformat(match["day"])]
    if match := _NEWS_LINE.search(text):
        return [date(int(match["y"]), _MONTHS.index(match["m"]) + 1, int(match["d"]))]
    return []


def moved(text: str, by: timedelta) -> str:
    """Return an article's text with the date of its head moved, and without a time of day."""
    for day in _days(text):
        new = day + by
        words = f"{new.day} {_MONTHS[new.month - 1]} {new.year}"
        text = _DATE_LINE.sub(rf"\g<before>{new}", text, count=1)
        text = _NEWS_LINE.sub(rf"\g<before>{words}{words}", text, count=1)
    return text
