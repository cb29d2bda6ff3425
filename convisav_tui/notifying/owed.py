"""What the shop does about a message that was taken or refused: the one place where the sender tells it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlmodel import Session

from convisav_tui.config import Config
from convisav_tui.errors import ConvisavError
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.reactions import message_accepted, message_failed
from convisav_tui.store.models import Message, MessageEvent

_log = logging.getLogger(__name__)


def shop_of(config: Config) -> ShopContext:
    """What the shop's rules need to know, from the configuration."""
    shop = config.shop
    return ShopContext(
        name=shop.name,
        address=shop.address,
        phone=shop.phone,
        email=shop.email,
        country=shop.country,
        currency=shop.currency,
        language=shop.language,
        timezone=shop.timezone,
    )


def tell_accepted(session: Session, message: Message) -> None:
    """A channel took the message: an order that waited for it goes on (T28); for other news there is nothing to do."""
    if message.event is not MessageEvent.REPAIR_READY:
        return
    _react(session, message, lambda: message_accepted(session, message))


def tell_failed(session: Session, message: Message, shop: ShopContext) -> None:
    """The message will not arrive by this channel: the next one, or a call (T29)."""
    _react(session, message, lambda: message_failed(session, message, shop))


def _react(session: Session, message: Message, reaction: Callable[[], object]) -> None:
    """Run the shop's reaction in a savepoint. When a rule refuses it, what was sent stays written down all the same:
    a message whose outcome is lost would be sent again."""
    session.flush()
    try:
        with session.begin_nested():
            reaction()
            session.flush()
    except ConvisavError as error:
        _log.warning("message %s: the order did not follow: %s", message.id, type(error).__name__)
