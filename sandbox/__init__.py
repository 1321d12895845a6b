"""A card and bank network of our own to try payments on, and the provider that speaks to it.

`network` is a separate process that stands for the outside world; `provider` is all that the app has of it.
It moves no money and takes only the networks' public test numbers.
"""
