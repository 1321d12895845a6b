"""What all HTTP routes share: guards, headers, rate limits, errors, pages, media and static files."""
