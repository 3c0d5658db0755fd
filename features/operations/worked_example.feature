@point-1
Feature: IT staff start it with one command and have something to click through

  Scenario: The worked example
    Given an empty database
    When the worked example is made
    Then there is one sign-in for each role, and each of them works
    And one cycle is signed, one waits for signatures and one is open
    And problems are there in several states
    And the audit trail is in order
