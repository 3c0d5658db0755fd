@point-11
Feature: What no figure tells is answered yes or no, with evidence
  Each answer is a row that stays; without an answer, nothing is met.

  Scenario: Users were trained
    Given both sides agreed that "Users were trained", as the customer says
    Then "Users were trained" has nothing to judge yet
    When the customer's project manager answers no: "Billing comes on Monday"
    Then "Users were trained" is not met
    When the customer's project manager answers yes: "Billing had it today" with the file "list.txt"
    Then "Users were trained" is met
    And everybody in the project reads both answers and the file

  Scenario: The other side does not answer
    Given both sides agreed that "Users were trained", as the customer says
    When the partner's project manager answers yes: "They were"
    Then it is refused, because "A project manager of the customer answers this."
    And "Users were trained" has nothing to judge yet

  Scenario: A yes needs to be chosen, and nothing typed is lost
    Given both sides agreed that "Users were trained", as the customer says
    When the customer's project manager answers nothing: "All of order entry"
    Then the form comes back with "Choose yes or no." and "All of order entry"
