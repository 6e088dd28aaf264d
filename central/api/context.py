"""What the API needs from the program around it: one frozen value, made in the composition root and handed down."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from alerts.rules import RuleBook
from central.api.uploads import Uploads
from central.auth.passwords import Passwords
from central.auth.sessions import SESSION_LIFE
from central.auth.throttle import Throttle
from central.basemap import BaseMap
from central.cases.deadline import Calendar
from central.cases.photos import Studio
from central.store.database import Database
from central.store.files import Folder


@dataclass(frozen=True, slots=True)
class Context:
    """The centre, as its API sees it. `now` is aware UTC.

    `stopping` ends every open stream: set it before the server waits for its connections. `console` is the folder of
    the built web client, served at `/` where it is given; `ground` what lies under its map.
    """

    database: Database
    evidence: Folder
    photos: Folder
    rules: RuleBook
    now: Callable[[], datetime]
    calendar: Calendar = field(default_factory=Calendar)
    studio: Studio = field(default_factory=Studio)
    uploads: Uploads = field(default_factory=Uploads)
    passwords: Passwords = field(default_factory=Passwords)
    throttle: Throttle = field(default_factory=Throttle)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    stopping: threading.Event = field(default_factory=threading.Event)
    session_life: timedelta = SESSION_LIFE
    undo_window: timedelta = timedelta(seconds=30)
    secure_cookies: bool = False
    console: Path | None = None
    ground: BaseMap | None = None


def _context(request: Request) -> Context:
    context = request.app.state.context
    if not isinstance(context, Context):
        raise TypeError("the application was built without a context")
    return context


Here = Annotated[Context, Depends(_context)]
"""The context, as a route asks for it."""
