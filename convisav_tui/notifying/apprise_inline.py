"""Apprise held on a short lead: in the caller's thread, no pool, no pacing, no retry, no redirect, quiet.

Apprise is untyped: its objects are Any inside this room and never leave it.
"""

from __future__ import annotations

import functools
from typing import Any

import apprise

from convisav_tui.notifying.log_privacy import quieten


@functools.cache
def inline_asset() -> Any:
    """No thread pool and no timeout of Apprise's own: a send that it gave up upon would still be delivered later."""
    quieten()
    return apprise.AppriseAsset(
        app_id="convisav", storage_mode="memory", async_mode=False, service_timeout=0, http_redirects=False
    )


def notify_once(plugin: Any, body: str, title: str = "", attachments: Any = None) -> bool:
    """Let one plugin object send once; its own outcome says more than this yes or no."""
    plugin.retry = 0
    plugin.optional = False
    plugin.request_rate_per_sec = 0
    services = apprise.Apprise(asset=inline_asset())
    services.add(plugin)
    return bool(services.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT, attach=attachments))
