@point-6
Feature: A problem that a tester finds comes to an end that they agree to
  Every report has somebody who looks after it, an answer, and an end. No test is left behind.

  Background:
    Given an open cycle with a test assigned to Marta
    And Marta has submitted the test as failed with the words "The total is wrong"

  Scenario: The report is filled in with what the tester saw
    When Marta opens the report for her failed test
    Then the report names the test, the build and "The total is wrong"
    And sending it makes a problem that stops her test

  Scenario: An accepted problem waits for its fix, and comes back when the build is there
    Given Marta has reported the problem as major
    When the lead accepts it
    Then Marta's test waits for a fix
    When the engineer marks it fixed in a new build
    Then Marta's test waits for a fix
    When that build is deployed
    Then Marta's test is due to be tested again
    When Marta tests it again and everything is as expected
    Then the problem is closed
    And Marta's test has passed

  Scenario: A fix that does not help reopens the problem
    Given Marta has reported the problem as major
    And it was fixed in a build that is deployed
    When Marta tests it again and finds it still wrong
    Then the problem is reopened and that is counted
    And Marta's test waits for a fix

  Scenario: Whoever fixed it does not test it again
    Given Marta has reported the problem as major
    And it was fixed in a build that is deployed
    Then the engineer cannot record the retest

  Scenario Outline: An ended problem gives the test back with an explanation
    Given Marta has reported the problem as minor
    When the lead proposes that it is <outcome> because "<reason>"
    Then the problem counts as open
    When Marta agrees
    Then the problem has ended
    And Marta's test is <state>

    Examples:
      | outcome         | reason                          | state                |
      | test data       | The customer was blocked        | to do again          |
      | environment     | The printer was switched off    | to do again          |
      | training        | The button is on the second tab | to do again          |
      | works as agreed | Totals are rounded per line     | to do again          |
      | change request  | Nobody has asked for this yet   | waiting for a change |

  Scenario: The tester disagrees once, and the customer's project manager decides
    Given Marta has reported the problem as major
    When the lead proposes that it is works as agreed because "Totals are rounded per line"
    And Marta disagrees because "The agreement says to the cent"
    Then only the customer's project manager can decide
    When the customer's project manager decides that it is a defect
    Then Marta's test waits for a fix
    And the lead cannot propose another outcome again

  Scenario: A known problem takes the test along
    Given Marta has reported the problem as major
    And another problem was reported for the same reason
    When the lead proposes that it is a duplicate of the other one
    And Marta agrees
    Then Marta's test follows the other problem

  Scenario: A milder severity counts only when the tester agrees
    Given Marta has reported the problem as critical
    When the lead calls it minor because "Two people a year do this"
    Then the problem still counts as critical
    When Marta agrees to the milder severity
    Then the problem counts as minor

  Scenario: The customer's project manager puts a problem off
    Given Marta has reported the problem as minor
    And the lead has accepted it
    When the customer's project manager puts it off with the workaround "Staple the pages"
    Then the problem is put off and no longer counts as open

  Scenario: A problem at large is closed by who reported it
    Given the analyst reports at large that "The help page is empty"
    And it was fixed in a build that is deployed
    When the analyst confirms that it works
    Then the problem is closed
