Feature: Warehouse
  The warehouse picks what is released, ships what is picked, and always knows what it has.

  Background:
    Given you are signed in to the hand-held as "picker.north"

  @must @picking
  Scenario: A released order is picked in one walk
    Given order 700240 is released with articles 7731, 8102 and 5540
    When you open the next picking list
    Then the list leads you from aisle A to aisle F without going back
    And each line shows shelf, article and quantity

  @must @picking
  Scenario: A missing piece is reported while picking
    Given the picking list of order 700241 asks for 6 of article 8102 and the shelf has 4
    When you confirm 4 pieces and choose "Rest is missing"
    Then the order is split: 4 pieces ship today
    And the clerk who entered the order is told which 2 pieces are missing
    And the stock of article 8102 on this shelf is 0

  @must @shipping
  Scenario: A partial delivery keeps the rest of the order open
    Given order 700250 has 10 of article 7731 and 6 of them are packed
    When you ship the 6 pieces
    Then the delivery note lists 6 pieces and says that 4 follow
    And order 700250 stays open with 4 pieces

  @should @shipping
  Scenario: The delivery note has a page number on every page
    Given a delivery with 60 lines is packed
    When you print the delivery note
    Then each page shows its number and the number of pages
    And the last page has the place for the signature

  @should @stock
  Scenario: Counting a shelf corrects the stock
    Given the system says that shelf B-14 holds 40 of article 5540
    When you count 38 and confirm the count
    Then the stock of shelf B-14 is 38
    And the difference of 2 waits for the warehouse head's approval

  Rule: Nothing leaves the warehouse that was not checked

    @must @shipping
    Scenario: The scale finds a parcel that is too light
      Given a parcel for order 700252 should weigh 8.4 kg
      When you put a parcel of 6.9 kg on the scale
      Then the hand-held says which articles are probably missing
      And the parcel gets no label

    @must @shipping @safety
    Scenario Outline: Dangerous goods are labelled by their class
      Given article <article> is packed for order 700255
      When you print the label
      Then the label shows class <class> and the sign "<sign>"

      Examples:
        | article | class | sign               |
        | 9120    | 3     | Flammable liquid   |
        | 9133    | 8     | Corrosive          |
        | 9141    | 9     | Lithium batteries  |

  Rule: Shelves are filled before they are empty

    @should @stock
    Scenario: A shelf that runs low is filled from the reserve
      Given shelf C-02 holds 6 of article 7731 and its lowest number is 10
      When you confirm that you picked one piece
      Then a task "Fill C-02 from reserve R-11" is in the list of the next forklift
