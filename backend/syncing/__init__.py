"""Feeds that go on: the co-op's CSV files, taken as often as they come. `docs/sync.md` tells what happens when."""
