"""Articles -> HTML pages: one for each article, the index, the tags, the list of feeds, and "not found"."""

from syndicate.pages.render import render_pages
from syndicate.pages.values import PageSite, RenderedPages

__all__ = ["PageSite", "RenderedPages", "render_pages"]
