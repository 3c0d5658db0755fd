# language: de
Funktionalität: Versand und Ausfuhr
  Was das Lager verlässt, kommt mit den richtigen Papieren beim richtigen Empfänger an.

  Grundlage:
    Angenommen Sie sind im Testsystem als "versand.sued" angemeldet

  Regel: Der Spediteur wird nach Gewicht und Ziel gewählt

    @must @versand
    Szenariogrundriss: Der günstigste Spediteur wird vorgeschlagen
      Angenommen eine Sendung von <Gewicht> geht nach <Ziel>
      Wenn Sie den Versand vorbereiten
      Dann wird der Spediteur "<Spediteur>" vorgeschlagen
      Und die Lieferzeit beträgt <Tage>

      Beispiele:
        | Gewicht | Ziel    | Spediteur     | Tage   |
        | 8 kg    | Hamburg | Paketdienst   | 1 Tag  |
        | 120 kg  | Wien    | Alpenfracht   | 2 Tage |
        | 900 kg  | Bergen  | Nordlinie     | 4 Tage |

    @should @versand
    Szenario: Ein anderer Spediteur wird mit Begründung gewählt
      Wenn Sie für die Sendung 440120 "Alpenfracht" wählen
      Und Sie als Begründung "Kunde holt dort ab" eingeben
      Dann steht die Begründung auf dem Versandauftrag

  Regel: Ohne Ausfuhrpapiere verlässt nichts das Land

    @must @ausfuhr
    Szenario: Eine Sendung nach Norwegen wartet auf die Ausfuhranmeldung
      Angenommen die Sendung 440131 geht nach Bergen und ist gepackt
      Wenn Sie die Sendung 440131 verladen wollen
      Dann sagt eine Meldung, dass die Ausfuhranmeldung fehlt
      Und die Sendung bleibt im Status "Wartet auf Papiere"

    @must @ausfuhr
    Szenario: Die Proforma-Rechnung trägt alle Angaben des Zolls
      Wenn Sie die Proforma-Rechnung der Sendung 440131 drucken
      Dann enthält sie diese Angaben:
        | Angabe          | Wert          |
        | Zolltarifnummer | 7411 10 10    |
        | Ursprungsland   | Deutschland   |
        | Lieferbedingung | DAP Bergen    |

    @should @ausfuhr
    Szenario: Der Fahrer liest den Hinweis für die Zufahrt
      Angenommen der Kunde 40044 hat einen Hinweis für die Zufahrt hinterlegt
      Wenn Sie den Lieferschein der Sendung 440131 drucken
      Dann steht auf dem Lieferschein:
        """
        Einfahrt nur über Kai 3.
        Bitte eine halbe Stunde vorher anrufen.
        """
