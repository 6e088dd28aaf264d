"""Photos as phones make them, for tests: with EXIF, turned on their side, broken, or too large."""

import io
from typing import Any

from PIL import ExifTags, Image


def phone_photo(
    size: tuple[int, int] = (400, 300),
    *,
    place: tuple[float, float] | None = (16.0678, 108.2208),
    orientation: int = 1,
    taken: str | None = "2026:03:02 09:30:00",
    kind: str = "JPEG",
) -> bytes:
    """A photo whose upper left quarter is red, the rest grey, with EXIF as phones write it."""
    image = Image.new("RGB", size, "grey")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Phone X"
    exif[ExifTags.Base.Orientation] = orientation
    if taken:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(_gps(*place))
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def red_corner(jpeg: bytes) -> str:
    """Which corner of a picture is red."""
    with Image.open(io.BytesIO(jpeg)) as image:
        width, height = image.size
        for name, spot in {
            "upper left": (5, 5),
            "upper right": (width - 5, 5),
            "lower left": (5, height - 5),
            "lower right": (width - 5, height - 5),
        }.items():
            pixel = image.getpixel(spot)
            if isinstance(pixel, tuple) and pixel[0] > 200 and pixel[1] < 100:
                return name
    return "none"


def _gps(lat: float, lon: float) -> dict[int, Any]:
    return {
        ExifTags.GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
        ExifTags.GPS.GPSLatitude: _parts(abs(lat)),
        ExifTags.GPS.GPSLongitudeRef: "E" if lon >= 0 else "W",
        ExifTags.GPS.GPSLongitude: _parts(abs(lon)),
        ExifTags.GPS.GPSHPositioningError: 4.5,
    }


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = (degrees - int(degrees)) * 60
    return float(int(degrees)), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)
