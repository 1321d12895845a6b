"""Stripe as the payment network: charges are PaymentIntents, methods are kept on Stripe's hosted page."""
