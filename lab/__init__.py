"""The conversation lab: plays scripts and simulated members over each channel of a running memberline."""
