"""The digest: when it is due, which articles are in it, and the letter they become."""
