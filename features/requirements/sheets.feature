@point-30
Feature: Tests can be written in a spreadsheet
  Many key users think in rows. They take our template, write a row per step, and find good requirements here.

  Scenario: The filled-in template comes in
    When the analyst takes the template, adds a requirement of 3 rows, and uploads it
    Then 3 requirements are new in "order_entry.feature"
    And the new one is shown as "Before you start", "Do this" and "You should see"
    And the words in its cells are its steps

  Scenario: The same sheet again changes nothing, an edited one keeps the numbers
    Given the template has come in
    When the analyst uploads it again
    Then the page says "Everything was here already"
    When a step is edited in the sheet and it is uploaded again
    Then requirement 1 has version 2, and no requirement is new

  Scenario Outline: What is wrong is said with its cell
    When the analyst uploads a sheet in which <what>
    Then the page says "<sentence>"
    And nothing of it has come in

    Examples:
      | what                              | sentence                                                              |
      | the step of row 3 is "Perhaps"    | Cell D3: Choose one of: Before you start, Do this, You should see.     |
      | a tag of row 2 is "must"          | Cell C2: A tag begins with @ and has no spaces, such as @must.        |
      | the text of row 4 is empty        | Cell E4: Say what the step is.                                        |
      | the first requirement has no name | Cell B2: Say in one line what the software must do.                   |
      | a heading is "Prio"               | Cell C1: We do not know this column.                                  |
      | the heading "Step" is missing     | Cell A1: The column “Step” is missing.                                |
      | row 3 has a formula               | Cell E3: This cell has a formula. Put in what it shows, as text.      |
      | there is no row                   | Cell E2: There is no test in this sheet yet.                          |

  Scenario Outline: What is no such file is refused with the reason
    When the analyst uploads <what>
    Then the page says "<sentence>"
    And nothing of it has come in

    Examples:
      | what                                    | sentence                                                          |
      | a sheet with macros                     | The file has macros, which are never run here.                    |
      | a sheet that unpacks to 30 MB      | The file is far larger than it seems when unpacked                |
      | a text file called tests.xlsx           | The file is damaged, or is no Excel file.                         |
      | an old .xls file                        | Only .xlsx files are read                                         |
