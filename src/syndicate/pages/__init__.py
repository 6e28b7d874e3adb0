"""Articles -> HTML pages: one for each article, lists of them, the feeds, the map of the site."""

from syndicate.pages.printing import Printing, render_pages
from syndicate.pages.values import PageSite, RenderedPages, Stock

__all__ = ["PageSite", "Printing", "RenderedPages", "Stock", "render_pages"]
