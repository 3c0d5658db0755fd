@point-7
Feature: Everybody sees at any time whether the software can be accepted
  The program evaluates what was agreed; each light has the rows behind it.

  Scenario: Nothing is met before anything is tested
    Given an open cycle with 3 tests assigned to Marta
    Then "all_run" is not met with 3 rows behind it
    And "share_passed" is not met

  Scenario: Everything is met when all tests have passed
    Given an open cycle with 3 tests assigned to Marta
    When Marta passes all of them
    Then every criterion is met

  Scenario: An open major problem is named
    Given an open cycle with 3 tests assigned to Marta
    And Marta passes all of them
    When the analyst reports at large that "Invoices have no number" as major
    Then "no_serious_defect" is not met with 1 row behind it

  Scenario: A changed requirement makes its result count no more
    Given an open cycle with 3 tests assigned to Marta
    And Marta passes all of them
    When a requirement of one of them changes and is approved
    Then "all_run" is not met with 1 row behind it
