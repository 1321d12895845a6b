"""What a caller hears while the app or its database is away: files for the carrier and the proxy, and a route."""
