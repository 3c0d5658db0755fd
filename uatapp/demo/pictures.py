"""Screenshots for the example, drawn here: a window with a title and what was seen."""

from io import BytesIO
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 540)


def draw(title: str, seen: str) -> bytes:
    """Return a PNG that looks like a window of the software under test."""
    picture = Image.new("RGB", SIZE, "#f4f6f8")
    pen = ImageDraw.Draw(picture)
    large, small = ImageFont.load_default(28), ImageFont.load_default(20)
    pen.rectangle((0, 0, SIZE[0], 56), fill="#2f4a63")
    pen.text((24, 12), title, font=large, fill="#ffffff")
    for row, label in enumerate(("Customer 40012  Fjordbygg AS", "Article 7731  Copper pipe 22 mm", "Quantity 20")):
        pen.text((40, 90 + row * 44), label, font=small, fill="#33414d")
        pen.line((40, 122 + row * 44, SIZE[0] - 40, 122 + row * 44), fill="#d4dbe1", width=2)
    pen.rectangle((40, 260, SIZE[0] - 40, 420), fill="#fff3cd", outline="#b98a35", width=3)
    for row, line in enumerate(wrap(seen or "Saved.", 70)[:4]):
        pen.text((64, 284 + row * 32), line, font=small, fill="#4a3b12")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
