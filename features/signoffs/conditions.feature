Feature: What was promised at the signature is kept, and signed once more
  Accepting with conditions leaves something owed. It stays in view of both sides until the customer has closed it.

  Background:
    Given Henrik has accepted under the condition that "Page numbers on invoices" is owed by "Halden"

  @point-16
  Scenario: From owed to fully accepted
    When Paula reports the condition as done with a file that shows it
    Then the register says that it is reported as done
    When Henrik closes the condition
    And Henrik asks for the follow-up signature
    And Henrik signs it with his password
    Then the sign-off is accepted
    And an addendum that follows the certificate is issued
    And the check page of the first certificate says that it was followed

  @point-16
  Scenario: What is not done is sent back with a reason
    When Paula reports the condition as done with a file that shows it
    And Henrik sends it back because "Only the first page has a number"
    Then the register says that it is open
    And Paula reads "Only the first page has a number" on its page

  @point-16
  Scenario: Nobody signs a follow-up while something is owed
    When Henrik asks for the follow-up signature
    Then he is told that every condition has to be closed first

  @point-16
  Scenario: The customer cannot report what the partner owes, nor the partner close it
    When Henrik reports the condition as done
    Then he is refused
    When Paula reports the condition as done with a file that shows it
    And Paula closes the condition
    Then she is refused

  @point-16
  Scenario: What falls due is told to both sides once
    Given the condition was due 2 days ago
    When the daily reminders run twice
    Then Paula and Anders have one mail each that says "2 days overdue"
    And both sides read on the register that it is overdue

  @point-16
  Scenario: A wrong password signs no follow-up
    Given the condition is closed
    When Henrik asks for the follow-up signature
    And Henrik signs it with a wrong password
    Then nothing was signed and the sign-off is accepted with conditions
