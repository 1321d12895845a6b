"""A member on each channel, from the lab."""

from lab.channel_clients import ChannelClient, SmsClient, VoiceClient, WebChatClient, post_signed, send_post

__all__ = ["ChannelClient", "SmsClient", "VoiceClient", "WebChatClient", "post_signed", "send_post"]
