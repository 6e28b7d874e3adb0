"""syndicate turns a folder of articles into feeds and mailed digests."""

__version__ = "0.1.0"
