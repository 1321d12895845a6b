"""How memberline does at size: long payment runs, and a full outbox (`docs/jobs.md`, `docs/text.md`)."""
