"""Takes out of what members say what must never be kept, before anything is kept of it (docs/architecture.md)."""
