"""The pages of the account page that pay, schedule and agree: each reads back before it does anything."""
