"""memberline measured against stock Rasa, side by side in one run: `make bench`."""
