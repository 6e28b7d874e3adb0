"""The composition root: what the commands, the web and the workers do, put together from the rooms."""
