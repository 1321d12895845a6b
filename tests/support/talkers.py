"""A member on each channel, from the lab."""

from lab.talkers import Browser, Caller, Talker, Texter, post, signed_post

__all__ = ["Browser", "Caller", "Talker", "Texter", "post", "signed_post"]
