"""Letters of real articles by others: what they say is text, and nothing in them is called unfilled."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.app.composing import settings_for
from syndicate.app.linting import facts_of
from syndicate.app.scanning import scan_content
from syndicate.app.site import open_site
from syndicate.configfile import load_config
from syndicate.digest.letter import compose
from syndicate.digest.lint import errors_of, lint_rendition
from syndicate.model import Edition

SAMPLES = Path(
    os.environ.get("SYNDICATE_SAMPLES") or Path(__file__).resolve().parents[3] / "shared" / "samples"
)
NOW = datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC)
CONFIG = """\
publication: {{title: News, url: "https://news.example.org", language: {language}}}
content: {{folder: "{folder}"}}
newsletters: {{daily: {{title: Daily, intro: "None of these is old. {{{{ n }}}} articles."}}}}
mail: {{from: news@news.example.org}}
"""


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample blogs are not here; see SYNDICATE_SAMPLES")
@pytest.mark.parametrize(
    ("folder", "language"),
    [("news-id", "id"), ("blogs/fahdlabs-ar/content", "ar"), ("blogs/brew/_posts", "en")],
)
def test_letters_of_real_articles_have_no_errors(tmp_path: Path, folder: str, language: str) -> None:
    """Twelve by twelve, the newest hundred and twenty articles make letters that may leave."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(folder=SAMPLES / folder, language=language))
    edition = Edition("0123456789abcdef", "daily", "2026-11-23", NOW, NOW)
    with open_site(load_config(tmp_path / "config.yaml", {}), lambda: NOW) as site:
        found = scan_content(site).articles.newest(now=NOW, count=120, texts=True)
        settings = settings_for(site.config, "daily")
        assert found
        for at in range(0, len(found), 12):
            some = found[at : at + 12]
            made = compose(edition, some, settings, site.templates)
            assert errors_of(lint_rendition(made, facts_of(site, edition, some))) == ()
