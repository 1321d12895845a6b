"""Payment arrangements: a plan of amounts and days, granted by the co-op's rules, then kept or broken."""
