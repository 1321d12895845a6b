"""Who moves the money. `base` is the Protocol, `BUILTIN` the providers that come with the program."""

BUILTIN = {"sandbox": "backend.providers.payments.sandbox.provider:create"}
