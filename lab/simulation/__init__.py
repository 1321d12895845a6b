"""Simulated members: conversations made from a seed, played over a running memberline and checked."""
