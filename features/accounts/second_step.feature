@point-15
Feature: Nobody signs in, or signs, with a password alone
  Besides the password there is a code from the person's own phone. Who may sign and who administers must have it.

  Scenario: Setting it up
    Given Marta is signed in
    When she lets the app on her phone read the key and types its code
    Then she gets ten recovery codes, shown this once
    And a mail tells her that her second step is set up

  Scenario: Signing in with password and code
    Given Henrik, who may sign, has his second step
    When he enters his password
    Then he is asked for the code, and can open nothing before
    When he enters the code from his phone
    Then he is signed in

  Scenario: The same code twice
    Given Henrik, who may sign, has his second step
    When he signs in with a code, and somebody who saw it tries the same code
    Then the second try is refused

  Scenario: Somebody who knows the password guesses the code
    Given Henrik, who may sign, has his second step
    When somebody with his password tries ten codes
    Then they have to wait after the fifth
    And Henrik and the administrators are told by mail
    And the wrong codes stand in the audit trail

  Scenario: A lost phone, and a recovery code at hand
    Given Marta has set up her second step and kept her recovery codes
    When she signs in with a recovery code
    Then she is signed in
    And the same recovery code does not work again

  Scenario: A lost phone, and nothing at hand
    Given Henrik, who may sign, has his second step
    When an administrator resets it
    Then he is signed out everywhere, and his old password lets nobody in
    And the mail he gets leads him to a new password and a new second step

  Scenario: A sponsor signs with password and code
    Given Henrik is asked to sign
    When he signs with his password and a wrong code
    Then nothing is signed, and he is not told which of the two was wrong
    When he signs with his password and the code from his phone
    Then it is signed, and the record says how he proved who he is

  Scenario: The right to sign without a second step
    Given Greta got the right to sign and has no second step
    When she opens what she is asked to sign
    Then the page says what is missing, with one link to it
    When she sets it up from there
    Then she comes back and can sign
