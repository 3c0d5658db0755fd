@point-4
Feature: A project manager keeps a round going
  People fall ill, builds arrive, and a round ends.

  Background:
    Given an open round with 2 tests for Marta

  Scenario: The heading says how far behind the round is, and who
    Given the tests were due 2 days ago
    When Anders looks at the round
    Then its heading says "2 days behind plan"
    And it names Marta with 2 tests

  Scenario: A test that nobody tried moves to somebody else
    When Anders gives the first test to Tom because "Holiday"
    Then the first test is Tom's to do
    And Marta has it no more

  Scenario: A finished test is done again by somebody else, and the first result stays on record
    Given Marta has passed the first test
    When Anders gives the first test to Tom because "Second pair of eyes"
    Then the first test is Tom's to do
    And Marta's result can still be read

  Scenario: A test is taken away only with a reason
    When Anders takes the first test away without a reason
    Then he reads "Give a reason."
    When Anders takes the first test away because "Not in this round"
    Then Marta has it no more

  Scenario: A deployment puts the newer build into the round
    When the lead records that build 2.4.1 is on the test system
    Then the round goes on with build 2.4.1
    And Marta's next run is recorded on build 2.4.1

  Scenario: A closed round takes no results until it is reopened with a reason
    When Anders closes the round
    Then Marta cannot submit the first test
    When Anders reopens the round without a reason
    Then the round stays closed
    When Anders reopens the round because "One more fix"
    Then Marta can submit the first test

  Scenario: Only project managers plan
    Then a tester, an engineer and a sponsor cannot plan, assign or close
