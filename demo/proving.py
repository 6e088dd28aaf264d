"""Whether a person's own video can be watched, asked before anything starts: one picture of each, or one clear line.

The same sources the node will use are opened here once, so what they refuse is refused in their words. Addresses are
told without the password in them.
"""

from collections.abc import Sequence
from pathlib import Path

from demo.scenes import NoVideoError


def prove(videos: Sequence[str], patience_s: float = 10.0) -> None:
    """See one picture of every video. Raises NoVideoError for the first that shows none within `patience_s`."""
    # FFmpeg and OpenCV are no business of somebody who only asks for help.
    from streams.cameras.file import FileCamera  # noqa: PLC0415
    from streams.cameras.rtsp import RtspCamera  # noqa: PLC0415
    from streams.clocks import SystemClock  # noqa: PLC0415
    from streams.weather import SourceLost, SourceRefused  # noqa: PLC0415

    for video in videos:
        try:
            source = (
                RtspCamera("video", video, stall_s=patience_s) if "://" in video else FileCamera("video", Path(video))
            )
            with source.open(SystemClock()) as frames:
                next(frames)
        except (SourceLost, SourceRefused) as trouble:
            raise NoVideoError(f"{trouble}; give another with --video") from None
