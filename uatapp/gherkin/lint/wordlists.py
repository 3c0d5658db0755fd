"""Words that rules look for, by language. Where a language has no list, its rules stay silent."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one language, in small letters. Lists of beginnings match words that begin so."""

    interface: tuple[str, ...]
    vague: tuple[str, ...]
    first_person: tuple[str, ...]
    third_person: tuple[str, ...]
    placeholder: tuple[str, ...]
    also: str


_ANYWHERE = ("css", "xpath", "url", "sql", "html", "json", "checkbox", "dropdown", "popup")
_TYPED = ("foo", "bar", "foobar", "asdf", "lorem", "xyz", "abc", "test", "test1", "test123", "123", "1234", "12345")
LISTS: Mapping[str, Words] = {
    "en": Words(
        ("click", "clicks", "clicked", "button", "buttons", "field", "fields", "textbox", "text box", "drop-down",
         "radio button", "check box", "checkboxes", "press", "presses", "screen", "menu item", "tab", *_ANYWHERE),
        ("works", "work", "correct", "correctly", "properly", "as expected", "successfully", "appropriate",
         "appropriately", "as usual", "as normal", "fine", "ok", "valid", "etc", "and so on", "should work"),
        ("i", "my", "me", "we", "our"), ("the user", "user", "he", "she", "they", "the customer"),
        (*_TYPED, "some value", "something", "john doe", "example.com"), "and",
    ),
    "de": Words(
        ("klick", "klicke", "klickt", "klicken", "button", "schaltfläche", "knopf", "feld", "felder", "eingabefeld",
         "maske", "reiter", "auswahlliste", "menüpunkt", "bildschirm", *_ANYWHERE),
        ("funktioniert", "korrekt", "richtig", "wie erwartet", "erfolgreich", "ordnungsgemäß", "passend", "usw",
         "etc", "in ordnung", "wie gewohnt", "ok"),
        ("ich", "mein", "meine", "wir", "unser", "unsere"), ("der benutzer", "der nutzer", "der kunde", "er", "die benutzerin"),
        (*_TYPED, "irgendwas", "max mustermann"), "und",
    ),
    "no": Words(
        ("klikk", "klikker", "trykker på", "knapp", "knappen", "felt", "feltet", "skjermen", "nedtrekksliste", *_ANYWHERE),
        ("fungerer", "virker", "korrekt", "riktig", "som forventet", "vellykket", "osv", "etc", "ok"),
        ("jeg", "min", "mitt", "mine", "vi", "vår"), ("brukeren", "kunden", "saksbehandleren", "hun", "han"),
        (*_TYPED, "ola nordmann", "noe"), "og",
    ),
    "nl": Words(
        ("klik", "klikt", "knop", "veld", "velden", "scherm", "tabblad", "keuzelijst", *_ANYWHERE),
        ("werkt", "correct", "juist", "zoals verwacht", "succesvol", "enzovoort", "etc", "goed", "ok"),
        ("ik", "mijn", "wij", "we", "onze"), ("de gebruiker", "de klant", "hij", "zij"),
        (*_TYPED, "iets", "jan jansen"), "en",
    ),
}  # fmt: skip


def words_of(language: str) -> Words | None:
    """Return the words of a document's language, such as en for en-au; None where there are none."""
    return LISTS.get(language) or LISTS.get(language.partition("-")[0])
