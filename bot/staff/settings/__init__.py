"""The office's settings in the page: what it tells and charges, how it looks, and what it has changed."""
