"""The kinds of block of fields that may stand at the top of a file; `kinds` is their table."""
