"""A simulated card and bank network to try payments on, and the payment provider that talks to it.

`network` is a separate process in place of the real networks; `provider` is the app's side. It moves no money and
accepts only the public test numbers.
"""
