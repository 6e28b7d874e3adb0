"""State: tables, queries and migrations. SQLAlchemy and Alembic stay behind this folder."""
