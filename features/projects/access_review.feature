Feature: Who has which access can be reviewed
  Auditors ask once or twice a year who could get in, who could sign, and who looked after it.

  @point-9
  Scenario: The administrator takes the list and goes through it with the organisations
    When the administrator opens the list of who has which access
    Then it says of Henrik that he is a sponsor in PAY and may sign
    And it says of Marta that she is a tester in PAY and not that she may sign
    When the administrator takes the list as a file
    Then the file has a line for each person and project, with the last visit
    And the audit trail says who took it

  @point-9
  Scenario: Access that was taken away is no longer in the list
    Given the right to sign was taken from Henrik
    When the administrator opens the list of who has which access
    Then it does not say that Henrik may sign

  @point-9
  Scenario: Nobody else sees the list
    Then project managers, auditors and sponsors cannot open it
