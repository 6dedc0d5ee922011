"""Why a file does not become a picture, in words for the person who chose it.

A message is `said`, so that whoever reads it has it in their own language.
"""


class PictureError(ValueError):
    """A file cannot become a picture; the message is a sentence a person can act on."""


class RawSizeError(PictureError):
    """How wide and high a raw file's picture is cannot be told, or does not fit its length."""


class PointsError(ValueError):
    """A file or text holds no points; the message is a sentence a person can act on."""


class SoundError(ValueError):
    """A file cannot become a sound; the message is a sentence a person can act on."""


class NotSupportedError(Exception):
    """A whole and well-formed file holds what the lab does not read; the message names it."""


def one_line(error: Exception | str) -> str:
    """Return what failed and why, in one line; of a file that fails, its name first.

    Examples
    --------
    >>> one_line(FileNotFoundError(2, "No such file or directory", "a.png"))
    'a.png: No such file or directory'
    """
    message = str(error)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        message = f"{place}{error.strerror or error}"
    return " ".join(message.splitlines())
