Feature: What happens at the same moment as a signature comes before it or after it
  People work in several places at once. A certificate never shows a state that did not exist.

  @point-19
  Scenario Outline: Something ends the request in the moment in which Henrik signs
    Given a closed cycle in which Marta has passed 3 tests
    And sign-off is requested from Henrik
    When Henrik signs and at the same moment <meanwhile>
    Then either he has signed and it is accepted, or nothing was signed and the request has ended
    And the audit trail says which came first

    Examples:
      | meanwhile                      |
      | the cycle is reopened          |
      | a problem is reported          |
      | the right to sign is withdrawn |
      | the request is taken back      |

  @point-19
  Scenario: A retest fails in the moment in which Henrik signs
    Given a problem of a closed cycle is tested again in the next one
    And sign-off is requested from Henrik
    When Henrik signs and at the same moment the retest fails
    Then either he has signed and it is accepted, or nothing was signed and the request has ended
    And the audit trail says which came first

  @point-19
  Scenario: Two signatories sign at the same moment
    Given a closed cycle in which Marta has passed 3 tests
    And sign-off is requested from Henrik and Percy
    When Henrik and Percy sign at the same moment
    Then it is accepted with both signatures and one certificate

  @point-19
  Scenario: A problem is reported while the scope is being frozen
    Given a closed cycle in which Marta has passed 3 tests
    When sign-off is requested and at the same moment a problem is reported
    Then the problem is in the frozen scope, or the request has lapsed because of it
