"""Hostile files: what people could try to make a browser, a picture library or a parser stumble over."""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from urllib.parse import quote

from PIL import Image

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><html><body onload=alert(1)>" + SCRIPT + b"</body></html>"
MHT = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n"
XSL = b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="data:text/xml,x"?><a>' + SCRIPT + b"</a>"
GIF_SCRIPT = b"GIF89a/*" + b"\x00" * 8 + b"*/=alert(1)//;" + SCRIPT
PDF_SCRIPT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 1).save(out, kind, **options)
    return out.getvalue()


def form(fields: dict[str, str], uploads: Iterable[tuple[str, bytes]]) -> dict[str, object]:
    """Return a form with files under any names at all, as a request of the test client takes it."""
    parts = [f"Content-Disposition: form-data; name={name}\r\n\r\n".encode() + v.encode() for name, v in fields.items()]
    for name, data in uploads:
        head = f"Content-Disposition: form-data; name=files; filename*=UTF-8''{quote(name, safe='')}\r\n"
        parts.append(head.encode() + b"Content-Type: text/html\r\n\r\n" + data)
    body = b"".join(b"--between\r\n" + part + b"\r\n" for part in parts) + b"--between--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=between"}


def with_page_behind() -> bytes:
    """Return a true PNG with a page behind its end."""
    return picture() + PAGE


def with_page_inside() -> bytes:
    """Return a true PNG that carries a page in a text chunk."""
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", PAGE.decode())
    return picture(pnginfo=words)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claims(width: int, height: int) -> bytes:
    """Return a small PNG whose head claims to be this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + _chunk(b"IEND", b"")
    )


def frames(count: int) -> bytes:
    """Return a GIF of many frames of one pixel."""
    frame = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"
    return b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + frame * count + b"\x3b"


def photo() -> bytes:
    """Return a JPEG that tells its place, its camera and who took it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "SECRETCAMERA", "SECRETARTIST"
    exif.get_ifd(0x8825).update({1: "N", 2: (59.0, 54.0, 50.0), 3: "E", 4: (10.0, 45.0, 8.0), 29: "SECRETDAY"})
    out = BytesIO()
    Image.new("RGB", (60, 40), 1).save(out, "JPEG", exif=exif, comment=b"SECRETWORDS", icc_profile=b"SECRETPROFILE")
    return out.getvalue()


UNDISPLAYED = {
    "fits.png": b"SIMPLE  =                    T / FITS" + b" " * 3000,
    "eps.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
    "gd.png": b"\xff\xfe" + struct.pack(">HH", 9000, 9000) + b"\x01" + b"\xff" * 40,
    "psd.png": b"8BPS\x00\x01" + b"\0" * 6 + struct.pack(">HIIHH", 3, 9000, 9000, 8, 3) + b"\0" * 40,
    "bmp.png": picture("BMP"),
    "tiff.png": picture("TIFF"),
    "ico.png": picture("ICO"),
}

# name → bytes: to be refused with a sentence
REFUSED = {
    "x.svg": SVG,
    "really-svg.png": SVG,
    "x.html": PAGE,
    "x.xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>",
    "x.shtml": b'<!--#exec cmd="id" -->' + PAGE,
    "x.mht": MHT + PAGE,
    "x.xml": XSL,
    "page.png.html": PAGE,
    "page.txt": PAGE,
    "page.csv": b"\xef\xbb\xbf" + PAGE,
    "utf16.txt": b"\xff\xfe" + PAGE.decode().encode("utf-16-le"),
    "half.png": b"\x89PNG\r\n\x1a\n" + SCRIPT,
    "script.gif": GIF_SCRIPT,
    **UNDISPLAYED,
}

# name → bytes: taken, and to be inert wherever it is opened
TAKEN = {
    "behind.png": with_page_behind(),
    "inside.png": with_page_inside(),
    "picture.png.html": picture(),
    "picture.html": picture("JPEG"),
    "utf7.txt": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "late.txt": b"x" * 3000 + PAGE,
    "straddling.log": b"y" * (64 * 1024 - 9) + PAGE,
    "script.js.txt": b"alert(1)",
    "open.pdf": PDF_SCRIPT,
    "page.pdf": b"%PDF-1.4\n" + PAGE,
    "photo.jpg": photo(),
}

NAMES = {
    "../../etc/cron.d/x.png": "x.png",
    "..\\..\\x.png": "x.png",
    "/etc/passwd": "passwd",
    "C:\\x.png": "x.png",
    "CON.png": "CON.png",
    "a\r\nSet-Cookie: x=1.png": "aSet-Cookie: x=1.png",
    '"><img src=x onerror=alert(1)>.png': '"><img src=x onerror=alert(1)>.png',
    "evil\u202egnp.exe": "evilgnp.exe",
    "x" * 5000 + ".png": "x" * 188 + ".png",
    ".": "file",
    "..": "file",
    ".htaccess": "htaccess",
    "=cmd|' /C calc'!A0.png": "C calc'!A0.png",
    "=HYPERLINK(A1).png": "=HYPERLINK(A1).png",
    "\U0001f600 e\u0301.png": "\U0001f600 e\u0301.png",
    "x.html%00.png": "x.html%00.png",
    "x.png;.html": "x.png;.html",
}
