"""What the co-op tells about its daily life: one file a subject in knowledge/, written by the office."""
