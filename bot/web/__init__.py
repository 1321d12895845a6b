"""What every HTTP route stands on: who may call it, headers, rate limits, errors, media and static files."""
