"""Articles -> feeds: which articles, one document, and its bytes as RSS, Atom and JSON Feed."""
