"""Imports a co-op's members from CSV files, all or nothing. `docs/import.md` describes the columns."""
