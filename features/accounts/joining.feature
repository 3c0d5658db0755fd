@point-2
Feature: People get an account by an invitation of their own
  Nobody chooses a password for somebody else.

  @point-1
  Scenario: The first administrator
    Given an installation without an administrator
    When Ida opens the one-time link and chooses a password
    Then Ida is led to her second step, and is an administrator once it is set up
    And the one-time link leads nowhere any more

  Scenario: An invited person chooses a password
    Given the project manager has invited Nora as tester of "Billing"
    When Nora opens the link in her mail and chooses a password
    Then Nora is in the project as tester of "Billing"
    And her link leads nowhere any more

  Scenario: A password that everybody tries first is refused
    Given the project manager has invited Nora as tester of "Billing"
    When Nora opens the link in her mail and chooses "Password123!"
    Then she is told that many people use it
    And she can choose another

  Scenario: Somebody who forgot the password
    When Marta asks for a new password and opens the link in her mail
    Then she can sign in with the new password only
    And her sessions elsewhere have ended
