"""Where published files go: a folder, written whole, only what changed, only ours deleted."""
