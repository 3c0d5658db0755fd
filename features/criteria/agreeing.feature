@point-11
Feature: Both sides agree what must be true before the software is accepted
  Exit criteria are rules that the program evaluates. One side proposes them, the other agrees; a change needs both again.

  Scenario: A cycle opens only when both sides have agreed
    Given a planned cycle with 2 tests
    When the customer's project manager opens it
    Then it is refused, because nobody has proposed exit criteria
    When the customer's project manager proposes the usual criteria
    And the customer's project manager opens it
    Then it is refused, because "Paula Stone" has yet to agree
    When the partner's project manager agrees
    And the customer's project manager opens it
    Then the cycle is open and goes by the 4 criteria that were agreed

  Scenario: A change counts when both have agreed, and both read the difference
    Given criteria that both sides agreed
    When the partner's project manager proposes that 80 % of the tests pass
    Then the customer's project manager reads "Now: At least 80 % of the tests passed. Until now: At least 95 % of the tests passed."
    And 95 % of the tests must pass
    When the customer's project manager agrees
    Then 80 % of the tests must pass
    And both sides were told by mail

  Scenario: A declined proposal changes nothing
    Given criteria that both sides agreed
    When the partner's project manager proposes that 80 % of the tests pass
    And the customer's project manager declines, because "The contract says 95"
    Then 95 % of the tests must pass
    And the partner's project manager reads "The contract says 95"

  Scenario: An open cycle keeps what it was opened with
    Given criteria that both sides agreed
    And an open cycle with 2 tests assigned to Marta
    When both sides agree that 80 % of the tests pass
    Then 95 % of the tests of the cycle must pass

  Scenario: A side without a project manager is spoken for by its sponsor
    Given a planned cycle with 2 tests
    And the partner has no project manager any more
    When the customer's project manager proposes the usual criteria
    And the customer's project manager opens it
    Then it is refused, because "a sponsor of the partner agrees"
    When the partner's sponsor agrees
    And the customer's project manager opens it
    Then the cycle is open and goes by the 4 criteria that were agreed

  Scenario: A set is put together in the browser
    When the customer's project manager adds "Something of your own, answered yes or no" to the usual criteria
    And calls it "Users were trained", answered by the customer, above all others
    And proposes the set
    Then the partner's project manager reads "Users were trained (a project manager of the customer says yes)"
