@point-2
Feature: An administrator creates a project, its project managers bring the people
  Each side looks after its own people.

  Scenario: A new project
    When the administrator creates the project "New billing" for "Nordwind" with "Halden"
    Then each side's first project manager has a mail with a link
    And the administrator sees its name and its managers, and nothing that is in it

  Scenario: Each side invites its own people
    When the partner's project manager invites Ole as engineer
    Then Ole belongs to the partner's side
    When the partner's project manager tries to invite somebody as tester
    Then that is refused, because it is not a role of that side

  Scenario: The right to sign
    When the partner's project manager tries to give Hedda the right to sign
    Then that is not allowed
    When the customer's project manager gives Hedda the right to sign
    Then Hedda may be named as a signatory

  Scenario: No side is left without a project manager
    When the customer's project manager tries to leave the project
    Then that is refused, because nobody would be left to manage

  Scenario: Where testers find the software
    When the project manager sets up an environment with address, sign-in hint and test data
    And changes its test data
    Then both project managers see the new test data
    And of two who change it at the same time, the second sees both texts
    And what the second changed elsewhere is put together with what the first saved

  Scenario: Strangers
    When somebody of another project opens the list of people
    Then they are told that there is nothing at this address
