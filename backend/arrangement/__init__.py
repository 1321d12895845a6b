"""Payment arrangements: a plan of amounts and days, granted by the co-op's rules, kept or broken."""
