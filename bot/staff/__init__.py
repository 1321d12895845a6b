"""The office's own pages: who waits for a person, promised calls and tickets."""
