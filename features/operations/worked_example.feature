@point-1
Feature: IT staff start it with one command and have something to click through

  Background:
    Given the worked example, made in an empty database

  Scenario: The worked example
    Then there is one sign-in for each role, and each of them works
    And about sixty requirements came in with nine documents, one of them in German
    And two cycles are signed, one waits for signatures, one is open and one is planned
    And problems are there in every state, and with every outcome
    And tests are there in every state, some overdue and some due today
    And sign-offs were accepted, accepted with conditions, rejected and asked for
    And a requirement waits for review, one was sent back, and changed tests wait for a decision
    And the audit trail is in order
