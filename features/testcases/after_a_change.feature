@point-3
Feature: After a change somebody decides what it means for results
  Nobody counts a result for a text that was never tested, unless a named person says why it holds.

  Background:
    Given "orders.feature" is here and approved
    And its tests are assigned to Marta, who has passed all of them

  Scenario: A changed Background makes every test below it suspect
    When the analyst changes the Background and the head approves
    Then 3 tests have changed since they were tested

  Scenario: A changed row touches only its own test
    When the analyst changes the last row of values and the head approves
    Then 1 test has changed since it was tested

  Scenario: Until the head approves, the tests stay as they are
    When the analyst changes the Background
    Then 0 tests have changed since they were tested

  Scenario: To be tested again
    Given the analyst has changed the Background and the head has approved
    When the analyst decides "Test again" for all of them
    Then all of them are back with Marta, who reads why
    And their earlier results no longer count

  Scenario: Results stand, with a name and a reason
    Given the analyst has changed the Background and the head has approved
    When the analyst decides "Results stand" for all of them because "Only the wording changed"
    Then no test waits for a decision
    And the decision is kept with "Anna Analyst" and "Only the wording changed"

  Scenario: Results do not stand without a reason
    Given the analyst has changed the Background and the head has approved
    When the analyst decides "Results stand" for all of them because ""
    Then the page asks why
    And 3 tests have changed since they were tested

  Scenario: Testing the new text settles the question
    Given the analyst has changed the Background and the head has approved
    And one of the tests has been given to Tom as well
    When Tom passes it on its new text
    Then 2 tests have changed since they were tested

  Scenario: A retired requirement withdraws its open tests
    Given a second cycle in which nobody has tested yet
    When the requirement "The total follows the price" is removed and the head agrees
    Then its tests are retired
    And its tests of the second cycle are withdrawn
