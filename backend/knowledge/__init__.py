"""The knowledge base: one file per subject in knowledge/, written by the office."""
