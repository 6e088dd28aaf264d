"""From packets to frames: decode, time, choose, give, in that order, so that what is not looked at costs least.

One decoding thread a camera: with several cameras on a few cores, threads inside the decoder only add switching
(1080p H.264: 5.5 ms a frame with one, 6.6 with FFmpeg's choice). A stream whose pictures lean on each other must be
decoded whole between key frames (`streams.cameras.thrift` says which are needed); what is looked at is given as it was
decoded, and whoever looks develops as much of it as is wanted (`streams.latent`). Where every picture stands alone
(MJPEG) the others are not even decoded. A damaged packet is counted and passed over; a damaged picture is counted and
given, because a smeared picture says more than none.
"""

from collections.abc import Callable, Iterator
from typing import Any

import av
import av.error
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from streams.cameras.cadence import Cadence
from streams.cameras.clock import Stamp
from streams.cameras.source import Meter
from streams.cameras.thrift import Thrift
from streams.frames import Frame
from streams.latent import Latent, developed, latent
from streams.weather import SourceRefused

MAX_PIXELS = 8192 * 4320  # a header that claims more lies, or is meant to fill the memory


class Pictures:
    """Turns one stream's packets into frames; one object an opening, used by one thread."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a stream is, what of it is wanted, and where it is counted
        self,
        camera: str,
        decoder: "av.VideoCodecContext",
        stamp: Callable[[int | None, Any], Stamp],
        cadence: Cadence,
        meter: Meter,
        width: int | None = None,
        thrift: Thrift | None = None,
    ) -> None:
        """`stamp` gives the times for a pts in its time base; `width` scales frames down to so many pixels.

        With `thrift` only what a look needs is decoded; without, everything is, and every picture has its number.
        """
        self._camera, self._decoder, self._stamp, self._cadence = camera, decoder, stamp, cadence
        self._meter, self._width, self._thrift = meter, width, thrift
        self.resting = False
        self._noted: tuple[tuple[int, int], float | None] | None = None
        self._converter = VideoReformatter()  # a picture's own would be made anew for each, and its threads with it
        self._skip()

    def take(self, packet: "av.Packet[Any]") -> Iterator[Frame]:
        """The frames to be looked at that this packet completes (an empty packet flushes the decoder)."""
        self._meter.add(packets=int(packet.size > 0), corrupt=int(packet.is_corrupt))
        stamped = self._stamp_alone(packet)
        if stamped is not None:
            self.resting = not self._cadence.due(stamped.elapsed)
            if not self.resting:
                yield from self._see(packet, stamped)
            return
        for due in self._due(packet):
            yield from self._see(due, None)

    def _due(self, packet: "av.Packet[Any]") -> "list[av.Packet[Any]]":
        """What is to be decoded now that this packet has come."""
        if self._thrift is None:
            return [packet]
        self._thrift.hold(packet)
        soon = self._cadence.soon(self._thrift.ahead(packet.pts, packet.time_base))
        self.resting = not (soon or self._thrift.full)
        if self.resting:
            return []
        cut, held = self._thrift.release()
        if cut:
            self._decoder.flush_buffers()
        return held

    def _see(self, packet: "av.Packet[Any]", stamped: Stamp | None) -> Iterator[Frame]:
        for picture in self._decode(packet):
            stamp = stamped or self._stamp(picture.pts, picture.time_base)
            number = self._meter.decoded
            self._meter.add(decoded=1, corrupt=int(picture.is_corrupt))
            self._note(picture, stamp)
            if stamped is None and not self._cadence.due(stamp.elapsed):
                continue
            shown = self._shown(picture)
            if shown is not None:
                self._meter.add(given=1)
                yield Frame(self._camera, number, stamp.captured, stamp.elapsed, shown, stamp.timing)

    def _skip(self) -> None:
        if self._thrift is not None:
            self._decoder.skip_frame = "NONREF" if self._thrift.skips else "DEFAULT"

    def _stamp_alone(self, packet: "av.Packet[Any]") -> Stamp | None:
        alone = self._decoder.codec.intra_only and packet.size > 0
        return self._stamp(packet.pts, packet.time_base) if alone else None

    def _decode(self, packet: "av.Packet[Any]") -> "list[av.VideoFrame]":
        try:
            return self._decoder.decode(packet)
        except av.error.EOFError:
            pass  # the decoder was flushed already
        except av.FFmpegError:  # a flipped bit may be told as bad data, a bad argument or a failed system call
            self._meter.add(corrupt=1)
        return []

    def _note(self, picture: "av.VideoFrame", stamp: Stamp) -> None:
        if self._thrift is not None and self._thrift.skips:
            self._thrift.came(stamp.elapsed)
            self._skip()
        seen = ((picture.width, picture.height), stamp.clock_offset)
        if seen != self._noted:
            self._noted = seen
            self._meter.note(size=seen[0], clock_offset=seen[1])

    def _shown(self, picture: "av.VideoFrame") -> "NDArray[np.uint8] | Latent | None":
        width = min(self._width or picture.width, picture.width)
        # Even, because chroma is: odd heights make swscale smear the last row.
        height = picture.height if width == picture.width else round(picture.height * width / picture.width / 2) * 2
        kept = latent(picture, (width, height))
        if kept is not None:
            return kept
        try:
            return developed(picture, (width, height), self._converter)
        except av.FFmpegError:  # a header that changed its mind about size or colours
            self._meter.add(corrupt=1)
            return None


def video_of(container: "av.container.InputContainer", name: str) -> "av.VideoStream":
    """The video stream to play, set to one thread; SourceRefused, naming `name`, when there is none to decode."""
    if not container.streams.video:
        raise SourceRefused(f"{name}: holds no video")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise SourceRefused(f"{name}: no decoder for its video on this machine")
    context = stream.codec_context
    if context.width * context.height > MAX_PIXELS:
        raise SourceRefused(f"{name}: claims a picture of {context.width}x{context.height}, more than this node opens")
    context.thread_count = 1
    context.thread_type = "NONE"
    return stream
