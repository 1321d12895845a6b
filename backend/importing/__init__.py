"""Taking a co-op's members over from CSV files, all or nothing. `docs/import.md` tells the columns."""
