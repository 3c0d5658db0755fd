@point-4
Feature: A project manager plans a round of testing
  A round has a place, a build, dates, a scope, and for each test somebody who tries it.

  Scenario: A round is planned on a build in a place that is described
    When Anders plans "Round 1" on build 2.4.0 in "UAT-2" for the next 10 days
    Then "Round 1" is planned, and asks what is tested

  Scenario: The last day does not come before the first
    When Anders plans "Round 1" with its last day before the first
    Then he reads "The last day is before the first. Choose a later one."
    And what he typed is still there

  Scenario: Tags choose what is tested, and what is left out is shown
    Given 3 tests tagged "@must" and 2 tagged "@later"
    And Anders has planned "Round 1"
    When he takes in all tests that match "@must and not @later"
    Then 3 tests are in the scope and 2 are left out

  Scenario: Tags above some rows of examples choose these rows
    Given a test with 2 rows tagged "@smoke" and 3 tagged "@later"
    And Anders has planned "Round 1"
    When he takes in all tests that match "@smoke"
    Then 2 tests are in the scope and 3 are left out

  Scenario: A tag expression that is none is explained
    Given 3 tests tagged "@must" and 2 tagged "@later"
    And Anders has planned "Round 1"
    When he looks for the tests that match "@must and ("
    Then he reads "This is not a tag expression"

  Scenario: Tests are picked one by one
    Given 3 tests tagged "@must" and 2 tagged "@later"
    And Anders has planned "Round 1"
    When he picks the first 2 tests
    Then 2 tests are in the scope and 3 are left out

  Scenario: All tests are assigned in one form, with a day
    Given 3 tests tagged "@must" and 2 tagged "@later"
    And Anders has planned "Round 1" with all tests
    When he assigns all tests to Marta and Tom, due in 3 days
    Then Marta and Tom have 5 tests each, due in 3 days

  Scenario: Each unit's testers get the tests of their unit
    Given 2 tests of "Order entry" and 1 of "Billing"
    And Anders has planned "Round 1" with all tests
    When he assigns all tests to the testers of each unit
    Then Marta has 2 tests and Tom has 1

  Scenario: Who may sign is warned about, not refused
    Given 1 test of "Order entry" and 1 of "Billing"
    And Marta may sign
    And Anders has planned "Round 1" with all tests
    When he assigns all tests to Marta and Tom, due in 3 days
    Then he reads "Marta Lindqvist may sign"
    And Marta and Tom have 2 tests each, due in 3 days

  Scenario: Testers see their tests when the round is open
    Given 3 tests tagged "@must" and 2 tagged "@later"
    And Anders has planned "Round 1" with all tests
    And he has assigned all tests to Marta and Tom, due in 3 days
    Then Marta's work is empty
    When he opens "Round 1"
    Then Marta's next test is the first one
