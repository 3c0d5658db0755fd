"""Screenshots for the example, drawn here: a window of the software under test, and what was seen in it."""

from io import BytesIO
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 540)
MENU = ("Orders", "Billing", "Warehouse", "Purchasing", "Returns", "Service")
# what a picture's title begins with → the menu's entry and the fields on the page
SCREENS = {
    "Order": ("Orders", ("Customer|40012  Fjordbygg AS", "Article|7731  Copper pipe 22 mm", "Quantity|20")),
    "Reminder": ("Billing", ("Invoice|990087", "Overdue since|15 days", "Balance|€ 2,808.40")),
    "Payment": ("Billing", ("Payment|€ 2,800.00", "Words|Invoice 990120", "Matched with|—")),
    "Hand-held": ("Warehouse", ("Order|700241", "Article|8102  Ball valve", "Asked for|6 pieces")),
    "Delivery": ("Warehouse", ("Delivery|880114", "Lines|60", "Pages|3")),
    "Purchase": ("Purchasing", ("Supplier|60007  Rohrwerk Lübeck", "Article|7731", "Proposed|400 pieces")),
    "Return": ("Returns", ("Return|550031", "Delivery|880114", "Pieces|18")),
    "Complaint": ("Service", ("Customer|40044  Bygg og Bad AS", "Subject|Missing pieces", "Answer due|—")),
}
OTHER = ("Orders", ("Page|Start", "User|test user", "Language|English"))


def draw(title: str, seen: str) -> bytes:
    """Return a PNG that looks like a window of the software under test."""
    picture = Image.new("RGB", SIZE, "#f4f6f8")
    pen = ImageDraw.Draw(picture)
    entry, fields = SCREENS.get(title.split()[0], OTHER)
    _frame(pen, title, entry)
    _fields(pen, fields)
    _message(pen, seen or "Saved.")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _frame(pen: ImageDraw.ImageDraw, title: str, entry: str) -> None:
    large, small = ImageFont.load_default(26), ImageFont.load_default(18)
    pen.rectangle((0, 0, SIZE[0], 56), fill="#2f4a63")
    pen.text((24, 13), title, font=large, fill="#ffffff")
    pen.text((SIZE[0] - 150, 18), "TEST UAT-2", font=small, fill="#ffd479")
    pen.rectangle((0, 56, 170, SIZE[1]), fill="#e3e8ed")
    for row, label in enumerate(MENU):
        top = 76 + row * 40
        if label == entry:
            pen.rectangle((0, top - 6, 170, top + 30), fill="#ffffff")
        pen.text((24, top), label, font=small, fill="#33414d")


def _fields(pen: ImageDraw.ImageDraw, fields: tuple[str, ...]) -> None:
    font = ImageFont.load_default(18)
    for row, field in enumerate(fields):
        label, _, value = field.partition("|")
        top = 84 + row * 48
        pen.text((200, top + 6), label, font=font, fill="#5b6872")
        pen.rectangle((340, top, SIZE[0] - 40, top + 34), fill="#ffffff", outline="#c3ccd4")
        pen.text((352, top + 6), value, font=font, fill="#1f2a33")


def _message(pen: ImageDraw.ImageDraw, seen: str) -> None:
    font = ImageFont.load_default(18)
    pen.rectangle((200, 250, SIZE[0] - 40, 410), fill="#fff3cd", outline="#b98a35", width=2)
    for row, line in enumerate(wrap(seen, 74)[:5]):
        pen.text((220, 266 + row * 27), line, font=font, fill="#4a3b12")
    pen.rectangle((200, 440, 300, 480), fill="#2f6fab")
    pen.text((228, 450), "Close", font=font, fill="#ffffff")
