"""The two ways a source fails, named after what happens next."""


class SourceLost(ConnectionError):  # noqa: N818 - the name says what happens next, and that is the point
    """The source went away or never answered: weather, try again later."""


class SourceRefused(ValueError):  # noqa: N818 - the same
    """The source will not work until a person changes something: wrong password, no video in the file."""
