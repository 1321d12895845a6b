"""Simulated members: conversations composed by a seed, played over a real memberline, with what must hold of each."""
