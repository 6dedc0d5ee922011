"""Why a file does not become a picture, in words for the person who chose it."""


class PictureError(ValueError):
    """A file cannot become a picture; the message is a sentence a person can act on."""


class NotSupportedError(Exception):
    """A whole and well-formed file holds what the lab does not read; the message names it."""
