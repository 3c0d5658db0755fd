@point-29
Feature: What comes in again is looked at first, asked about, and can be taken back
  Analysts fear that one upload turns everything upside down. They see what would change, say which is which,
  and a mistake is undone by one press without losing anything.

  Background:
    Given "orders.feature" is agreed

  Scenario: One looks before anything comes in
    Given "An order is confirmed" was called "Customers get a mail" and a step of "The total follows the price" was edited
    When the analyst uploads the file to look first
    Then the page says what would happen to each of the two
    And nothing has come in
    When the analyst takes it in
    Then both have what the file says, under their old numbers

  Scenario: Which is which is asked where it is not clear, and answered on the same page
    Given name and steps of "An order is confirmed" changed a little
    When the analyst uploads the file
    Then the page asks whether it is the same requirement
    When the analyst says that it is
    Then requirement 1 has the new text, and its test and results are its own still

  Scenario: The answer can also be that they are two
    Given name and steps of "An order is confirmed" changed a little
    When the analyst uploads the file
    And the analyst says that they are two different ones
    Then requirement 1 is proposed to be retired, and a new requirement has the new text

  Scenario: Where two are about as likely, nothing is chosen beforehand
    Given two scenarios are as much alike to "An order is confirmed", which is gone
    When the analyst uploads the file
    Then no answer is chosen beforehand

  Scenario: An upload is taken back
    Given a step of "An order is confirmed" was edited and "billing.feature" is new
    And the analyst uploaded both files
    When the analyst takes the upload back
    Then the requirements of "orders.feature" say what was agreed before
    And the requirements of "billing.feature" are proposed to be retired
    And nothing was deleted

  Scenario: Taking back can be taken back
    Given a step of "An order is confirmed" was edited and "billing.feature" is new
    And the analyst uploaded both files
    When the analyst takes the upload back
    And the analyst takes that back as well
    Then both files are here again as they were uploaded, under the same numbers

  Scenario: What was changed since is not taken back over people's heads
    Given a step of "An order is confirmed" was edited and "billing.feature" is new
    And the analyst uploaded both files
    And "orders.feature" was changed again
    Then the page says why the upload cannot be taken back
    And sending the form all the same changes nothing

  Scenario: A retired requirement that comes back is recognised
    Given the file came in without "The total follows the price" and its head agreed
    When the analyst takes the upload back
    Then "The total follows the price" is requirement 2 again, with its history

  Scenario: An earlier version of a document is restored
    Given a step of "An order is confirmed" was edited and that came in
    When the analyst restores version 1 of the document
    Then version 3 of the document has the bytes of version 1
    And "An order is confirmed" has a version 3 that waits for approval

  Scenario: Numbers are written into the file, and outlive any edit
    When the analyst writes the numbers into "orders.feature"
    Then its text has "@id:PAY-R1" and "@id:PAY-R2", and no requirement has changed
    When name, steps and place of every requirement change in that file, and it comes in again
    Then no requirement is new in it
