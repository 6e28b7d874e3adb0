"""Ready configuration of programs around us: nginx, Caddy, systemd. Pure but for reading templates.

`web/` is the contract: behind nginx and Caddy an address answers as our own server would, and
`tests/e2e/test_setup_fronts.py` holds all three to one table.
"""
