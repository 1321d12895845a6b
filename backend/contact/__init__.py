"""A member's contact details, and changing them."""
