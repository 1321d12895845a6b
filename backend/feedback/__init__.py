"""What members say of a talk after it."""
