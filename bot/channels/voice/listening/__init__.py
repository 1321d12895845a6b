"""How a caller is heard: what keys and words mean, and how to listen for each question."""
