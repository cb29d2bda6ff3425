"""Variants of a quote: the same lines once more under another letter, issued together, one of them accepted (C5)."""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui.errors import Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.quote_changes import done_before
from convisav_tui.shop.quote_draft import copy_line
from convisav_tui.shop.quote_lines import lines_of, note_change, order_of

LETTERS = "ABCD"


@asks(Permission.MOVE_ORDER)
def copy_variant(session: Session, order_id: int, actor: Actor, shop: ShopContext, key: str, source: str = "") -> str:
    """Offer the same lines once more to be changed, as the next letter; the first copy makes A and B of what there is.
    The new letter. Raises Refusal when there is nothing to copy, or no letter left."""
    require(session, actor, Permission.MOVE_ORDER)
    rows = lines_of(session, order_id)
    letters = sorted({row.variant for row in rows})
    if done_before(session, order_id, key) is not None:
        return letters[-1]
    copied = [row for row in rows if row.variant == (source or letters[0])] if letters else []
    if not copied:
        raise Refusal("quote_has_lines", _("The quote has no line."), mended_by="quote")
    if letters == [""]:
        for row in rows:
            row.variant = LETTERS[0]
            session.add(row)
        letters = [LETTERS[0]]
    if len(letters) == len(LETTERS):
        raise Refusal("variants_left", _("{count} variants at most.").format(count=len(LETTERS)))
    new = next(letter for letter in LETTERS if letter not in letters)
    for row in copied:
        copy_line(session, row, order_id, new, row.position)
    session.flush()
    note_change(session, order_of(session, order_id), shop, actor, key, "copied", copied[0])
    return new


@asks(Permission.MOVE_ORDER)
def drop_variant(session: Session, order_id: int, letter: str, actor: Actor, shop: ShopContext, key: str) -> None:
    """Take a variant out; the last one that is left is no variant any more. Raises Refusal by permission."""
    require(session, actor, Permission.MOVE_ORDER)
    rows = lines_of(session, order_id)
    gone = [row for row in rows if row.variant == letter]
    if not gone or not letter:
        return
    for row in gone:
        session.delete(row)
    left = [row for row in rows if row.variant != letter]
    if len({row.variant for row in left}) == 1:
        for row in left:
            row.variant = ""
            session.add(row)
    session.flush()
    note_change(session, order_of(session, order_id), shop, actor, key, "dropped", gone[0])
