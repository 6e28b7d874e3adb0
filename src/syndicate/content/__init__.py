"""Files in the content folder -> articles: scan, parse, ingest. One file per format, one table of formats."""
