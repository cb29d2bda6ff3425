"""A channel on hold: our own account is wrong, so nothing is tried for a while, and the shop is told why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from convisav_tui.i18n import _
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.store.models import Channel, Setting

_HELD = sa.text("SELECT 1 FROM setting WHERE key = :held")
CARRIED = (Channel.EMAIL, Channel.SMS, Channel.FAX)


@dataclass(frozen=True)
class Hold:
    """Why a channel waits, since when and until when (UTC), and the sentence for the banner."""

    channel: Channel
    since: datetime
    until: datetime
    code: str
    sentence: str


def hold_key(channel: Channel) -> str:
    """The key of the Setting that holds it: "channel_hold.email"."""
    return f"channel_hold.{channel.value}"


def put_on_hold(session: Session, channel: Channel, outcome: Outcome, at: datetime, until: datetime) -> None:
    """Let nothing leave by `channel` before `until`, and keep when it began."""
    earlier = hold_of(session, channel)
    value = {
        "since": (earlier.since if earlier else at).isoformat(),
        "until": until.isoformat(),
        "code": outcome.code,
        "sentence": _sentence(channel, outcome),
    }
    setting = session.get(Setting, hold_key(channel))
    if setting is None:
        session.add(Setting(key=hold_key(channel), value=value, updated_at=at))
    else:
        setting.value, setting.updated_at = value, at


def release_hold(session: Session, channel: Channel) -> None:
    """Let the channel carry again: something went through, or a person mended the account."""
    if _is_held(session, channel):
        session.delete(session.get_one(Setting, hold_key(channel)))


def hold_of(session: Session, channel: Channel) -> Hold | None:
    """The hold that was put on a channel and that nothing has lifted yet (its time may have run out)."""
    setting = session.get(Setting, hold_key(channel))
    return None if setting is None else _hold(channel, setting)


def is_open(session: Session, channel: Channel, at: datetime) -> bool:
    """Whether this channel may carry at this instant."""
    hold = hold_of(session, channel) if _is_held(session, channel) else None
    return hold is None or hold.until <= at


def _is_held(session: Session, channel: Channel) -> bool:
    """Asked for each message, and nearly always no."""
    session.flush()
    return session.connection().execute(_HELD, {"held": hold_key(channel)}).first() is not None


def _hold(channel: Channel, setting: Setting) -> Hold:
    value = setting.value
    return Hold(
        channel,
        datetime.fromisoformat(value["since"]),
        datetime.fromisoformat(value["until"]),
        value["code"],
        value["sentence"],
    )


def open_channels(session: Session, at: datetime) -> list[Channel]:
    """The channels that may carry at this instant."""
    rows = session.exec(select(Setting).where(col(Setting.key).in_([hold_key(channel) for channel in CARRIED]))).all()
    held = {row.key: row for row in rows}
    return [
        channel
        for channel in CARRIED
        if hold_key(channel) not in held or _hold(channel, held[hold_key(channel)]).until <= at
    ]


def _sentence(channel: Channel, outcome: Outcome) -> str:
    reason = outcome.text or outcome.code
    if channel is Channel.EMAIL:
        return _("E-mails are not leaving: {reason} ({code})").format(reason=reason, code=outcome.code)
    if channel is Channel.FAX:
        return _("Faxes are not leaving: {reason} ({code})").format(reason=reason, code=outcome.code)
    return _("SMS are not leaving: {reason} ({code})").format(reason=reason, code=outcome.code)
