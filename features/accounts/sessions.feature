@point-5
Feature: What somebody typed survives the end of their session
  Sessions end by themselves and can be ended; work is not lost by it.

  Scenario: A session ends while a form is open
    Given the project manager is filling in a form with a file
    When the session ends before the form is sent
    And the project manager sends it, and signs in
    Then everything typed and attached is there
    And sending it now does what it would have done before

  Scenario: Somebody else at the same laptop
    Given the project manager is filling in a form with a file
    When the session ends before the form is sent
    And the form is sent, and another person signs in
    Then that person sees nothing of it

  Scenario: A lost laptop
    Given Marta is signed in on two devices
    When she ends the session of the other device
    Then the other device is signed out
    And hers goes on

  Scenario: Somebody guesses passwords
    When somebody tries a sixth password for Marta's account
    Then they have to wait, and are told how long
    And the wrong tries stand in the audit trail
