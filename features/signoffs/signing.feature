Feature: Sponsors decide on facts and put their name to them
  What is signed is frozen; who signs proves who they are in the same moment.

  Background:
    Given a closed cycle in which Marta has passed 3 tests

  @point-8 @point-14
  Scenario: Accepting
    Given sign-off is requested from Henrik and Percy
    When Henrik accepts with his password
    Then the sign-off still waits
    When Percy accepts with his password
    Then the sign-off is accepted
    And a certificate is issued

  @point-8 @point-14
  Scenario: One rejection rejects
    Given sign-off is requested from Henrik and Percy
    When Henrik rejects because "Month end was not tried"
    Then the sign-off is rejected
    And a record of the rejection is issued

  @point-8 @point-14
  Scenario: Accepting with conditions
    Given sign-off is requested from Henrik
    When Henrik accepts under the condition that "Page numbers" is owed by "Halden"
    Then the sign-off is accepted with conditions

  @point-8 @point-14
  Scenario: An unmet criterion needs a reason of its own
    Given a major problem at large is open
    And sign-off is requested from Henrik
    When Henrik accepts without saying why he does without a criterion
    Then nothing is signed and he is told what is missing
    When Henrik accepts and says "We work round it until January"
    Then the sign-off is accepted
    And his reason stands with the criterion

  @point-8 @point-14
  Scenario: Asking back leaves the request open
    Given sign-off is requested from Henrik
    When Henrik asks "Who tried the returns?"
    Then the project manager reads "Who tried the returns?" and can answer
    And the sign-off still waits

  @point-8 @point-14
  Scenario: A wrong password signs nothing and is told
    Given sign-off is requested from Henrik
    When Henrik accepts with a wrong password
    Then nothing is signed
    And the audit trail tells of a refused attempt

  @point-8 @point-13
  Scenario Outline: A request lapses when what was frozen no longer stands
    Given sign-off is requested from Henrik
    When <something happens>
    Then the sign-off has lapsed and says why

    Examples:
      | something happens                              |
      | the cycle is reopened                          |
      | a problem is reported on one of its tests      |
      | one of its requirements gets a newer version   |
      | Henrik loses the right to sign                 |

  @point-9
  Scenario: The certificate is made, and anybody with the paper can check it
    Given sign-off is requested from Henrik
    And Henrik accepts with his password
    When the certificate has been made
    Then the page of the sign-off offers it as a PDF
    And the public page says that it was issued and shows only what the paper shows
    And a file with one byte changed is not recognised

  @point-9
  Scenario: A changed requirement asks for reconfirmation, never changes the certificate
    Given sign-off is requested from Henrik
    And Henrik accepts with his password
    When one of its requirements gets a newer version
    Then the sign-off needs reconfirmation

  @point-9
  Scenario: A later acceptance of the same scope supersedes the earlier
    Given sign-off is requested from Henrik
    And Henrik accepts with his password
    When sign-off is requested again and Henrik accepts it
    Then the earlier sign-off is superseded
