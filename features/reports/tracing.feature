@point-28
Feature: From a requirement to the signature, and back
  A project manager is asked whether everything is tested. An auditor asks what a signature rests on. Everybody else
  wants to read what is agreed and how it stands. One page answers each, gaps first.

  Scenario: What is missing comes first
    Given of 5 agreed requirements one failed, one passed and one was not run, one has no test, and the fifth changed since
    And a draft is not agreed yet
    When the project manager looks at how the requirements stand
    Then they stand in the order "no test, failed, changed since tested, not run, passed, not agreed yet"
    And the page says "4 of 6 requirements are not proved yet"
    And the failed one names its test, its result and its problem

  Scenario: The list is narrowed
    Given of 5 agreed requirements one failed, one passed and one was not run, one has no test, and the fifth changed since
    When the project manager looks only at what failed
    Then only the failed one is listed

  Scenario: What was signed is seen from the requirement
    Given 2 requirements were accepted, and one has been changed and agreed anew since
    When anybody looks at how the requirements stand
    Then both name the sign-off, and the changed one names the version that was signed
    And the changed requirement's own page says which version was signed and which counts now

  Scenario: A rejected or withdrawn request is no signature
    Given sign-off of 2 requirements was rejected
    When anybody looks at how the requirements stand
    Then no requirement is shown as signed

  Scenario: All of it in Excel
    Given of 5 agreed requirements one failed, one passed and one was not run, one has no test, and the fifth changed since
    When the project manager takes the Excel file
    Then it has a row for each test and one for the requirement without a test
    And a name that looks like a formula is text in it

  Scenario: What is agreed is read as one document
    Given of 5 agreed requirements one failed, one passed and one was not run, one has no test, and the fifth changed since
    And a draft is not agreed yet
    When a tester reads what is agreed
    Then the 5 agreed requirements are there with their steps and how they stand
    And the draft is not among them
