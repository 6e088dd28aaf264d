"""An RTSP server for tests: video files played in an endless loop, paced in real time. Run by the SYSTEM's Python.

GStreamer's bindings come with Debian (`python3-gi`, `gir1.2-gst-rtsp-server-1.0`) and with no wheel, so this file is a
program of its own, started by `rtsp.py`, and imports nothing of ours. How it loops: neither `filesrc ! qtdemux` nor
`multifilesrc ! h264parse` gives timestamps that go on over the seam, so the access units of each file are read into
memory once, and an `appsrc` pushes them for ever with times that only grow; the sinks of the server pace them.
Nothing is encoded here, so serving costs next to no CPU. Limits: H.264 and H.265 in mp4, one viewer pipeline per path,
shared; the whole clip in memory.

Usage: rtsp_server.py PORT [--user U --password P] [--auth basic|digest] [--certificate FILE --key FILE]
NAME=FILE[,FILE...] ... (several files under one name play one after the other: that is how a change of resolution is
served; NAME=sound is a camera that sends only that). With a certificate it speaks TLS and nothing else, and wants a
user. Prints `ready`.
"""

import argparse
import dataclasses
import pathlib
import sys

import gi  # type: ignore[import-not-found]  # the system's Python has it, the project's has not

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # type: ignore[import-not-found]  # noqa: E402 - as above

ROLE = "viewer"
PATIENCE = 5 * Gst.SECOND  # a file that gives nothing for so long is not a video


@dataclasses.dataclass
class Unit:
    """One access unit as it stands in the file; times in nanoseconds from the start of the play list."""

    payload: bytes
    pts: int
    dts: int
    key: bool


class Clip:
    """Files read into memory once: their access units, and how long they last together."""

    def __init__(self, paths: list[str]) -> None:
        self.codec = "h264"
        self.units: list[Unit] = []
        self.length = 0
        for path in paths:
            self._read(path)

    def _read(self, path: str) -> None:
        box = pathlib.Path(path).read_bytes()
        self.codec = "h265" if b"hvc1" in box or b"hev1" in box else "h264"
        caps = f"video/x-{self.codec},stream-format=byte-stream,alignment=au"
        pipeline = Gst.parse_launch(
            f'filesrc location="{path}" ! qtdemux name=d d.video_0 ! {self.codec}parse ! {caps} '
            "! appsink name=out sync=false"
        )
        sink = pipeline.get_by_name("out")
        pipeline.set_state(Gst.State.PLAYING)
        start = self.length
        while (sample := sink.emit("try-pull-sample", PATIENCE)) is not None:
            self._take(sample, start)
        pipeline.set_state(Gst.State.NULL)
        if self.length == start:
            sys.exit(f"no H.264 or H.265 video in {path}")

    def _take(self, sample: "Gst.Sample", start: int) -> None:
        buffer = sample.get_buffer()
        zero = max(sample.get_segment().start, 0)
        pts, dts = buffer.pts - zero, (buffer.dts if buffer.dts != Gst.CLOCK_TIME_NONE else buffer.pts) - zero
        payload = buffer.extract_dup(0, buffer.get_size())
        key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
        self.units.append(Unit(payload, start + pts, max(0, start + dts), key))
        span = buffer.duration if buffer.duration != Gst.CLOCK_TIME_NONE else Gst.SECOND // 25
        self.length = max(self.length, start + pts + span)


class Loop:
    """Feeds one `appsrc`, round and round, each unit later than the one before."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.at = 0

    def push(self, source: "Gst.Element", _length: int) -> None:
        lap, index = divmod(self.at, len(self.clip.units))
        unit = self.clip.units[index]
        self.at += 1
        buffer = Gst.Buffer.new_wrapped(unit.payload)
        buffer.pts = unit.pts + lap * self.clip.length
        buffer.dts = unit.dts + lap * self.clip.length
        if not unit.key:
            buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
        source.emit("push-buffer", buffer)


class Sound(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]  # gi ships no types
    """A path with a tone and no picture."""

    def do_create_element(self, _url: object) -> "Gst.Element":
        return Gst.parse_launch("( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 )")


class Factory(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]  # as above
    """Makes the pipeline of one path."""

    def __init__(self, clip: Clip) -> None:
        super().__init__()
        self.clip = clip
        self.set_shared(True)

    def do_create_element(self, _url: object) -> "Gst.Element":
        codec = self.clip.codec
        caps = f"video/x-{codec},stream-format=byte-stream,alignment=au"
        # A small queue: what the server holds back is old by as much when a viewer comes.
        source = f"appsrc name=src format=time block=false max-bytes=65536 caps={caps}"
        return Gst.parse_launch(f"( {source} ! {codec}parse ! rtp{codec}pay name=pay0 pt=96 config-interval=-1 )")

    def do_configure(self, media: "GstRtspServer.RTSPMedia") -> None:
        GstRtspServer.RTSPMediaFactory.do_configure(self, media)
        source = media.get_element().get_by_name_recurse_up("src")
        source.connect("need-data", Loop(self.clip).push)


def main() -> None:
    """Serve until killed."""
    said = arguments()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(said.port))
    if said.user:
        server.set_auth(guard(said))
    for mount in said.mounts:
        name, _, paths = mount.partition("=")
        factory = Sound() if paths == "sound" else Factory(Clip(paths.split(",")))
        if said.user:
            factory.set_permissions(permitted())
        server.get_mount_points().add_factory(f"/{name}", factory)
    if server.attach(None) == 0:
        sys.exit(f"port {said.port} is taken")
    print("ready", flush=True)  # noqa: T201 - the parent waits for this line
    GLib.MainLoop().run()


def arguments() -> argparse.Namespace:
    """What the parent asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--auth", choices=("basic", "digest"), default="digest")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("mounts", nargs="+")
    return parser.parse_args()


def guard(said: argparse.Namespace) -> "GstRtspServer.RTSPAuth":
    """One viewer, one password, and perhaps a certificate."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    if said.auth == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(said.user, said.password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(said.user, said.password), token)
    if said.certificate:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(said.certificate, said.key))
    return auth


def permitted() -> "GstRtspServer.RTSPPermissions":
    """That viewer may see and start every path."""
    permissions = GstRtspServer.RTSPPermissions()
    for act in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role(ROLE, act, True)  # noqa: FBT003 - a C signature
    return permissions


if __name__ == "__main__":
    main()
