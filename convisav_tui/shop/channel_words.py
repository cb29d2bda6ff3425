"""Lists of channels as tables keep them, and as people type them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from convisav_tui import words
from convisav_tui.i18n import _
from convisav_tui.store.models import Channel
from convisav_tui.text import fold


def unique(channels: Iterable[Channel]) -> tuple[Channel, ...]:
    """Each channel once, in the order of its first place; "not told" is none."""
    return tuple(dict.fromkeys(channel for channel in channels if channel is not Channel.NONE))


def read_channels(values: Sequence[str]) -> tuple[Channel, ...]:
    """Channels from the words of a table; unknown words belong to another version."""
    words = {channel.value: channel for channel in Channel}
    return unique(words[value] for value in values if value in words)


def channel_words(values: Sequence[str]) -> str:
    """Channels as people write them: "e-mail, SMS"."""
    return ", ".join(words.word(words.CHANNELS, channel.value) for channel in read_channels(values))


def parse_channels(text: str) -> list[str]:
    """Channels typed with commas between them, in the language spoken. ValueError naming the word that is none."""
    known = {fold(name): value for value in Channel for name in (value.value, words.word(words.CHANNELS, value.value))}
    found = []
    for part in text.replace(";", ",").split(","):
        if not part.strip():
            continue
        channel = known.get(fold(part.strip()))
        if channel is None or channel is Channel.NONE:
            choices = channel_words([value.value for value in Channel])
            raise ValueError(_("“{word}” is no channel: {choices}").format(word=part.strip(), choices=choices))
        found.append(channel)
    return [channel.value for channel in unique(found)]
