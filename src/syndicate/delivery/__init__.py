"""Letters leave here: relays, the retry rule and the send loop."""
