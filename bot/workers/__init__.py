"""What runs beside the requests: the outbox, web pushes, the clock of the jobs, unanswered messages."""
