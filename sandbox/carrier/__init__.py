"""A phone carrier to try the line without one: it calls and texts the app's own webhooks as Twilio documents."""
