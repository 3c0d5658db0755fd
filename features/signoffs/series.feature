Feature: A certificate never changes; what comes after it is signed beside it
  Requirements change, minds change, later rounds are accepted. Each is a new signed act or a later certificate.

  @point-17
  Scenario: Only what changed is signed again
    Given Henrik and Percy have accepted
    And one of its requirements has changed
    When the change has been tested and passed
    And Henrik asks to confirm what changed
    Then the page shows the requirement as signed and as it is now, with both results
    When Henrik and Percy sign it
    Then the sign-off is accepted
    And an addendum that follows the certificate is issued

  @point-17
  Scenario: A change that was not tested needs a named reason
    Given Henrik and Percy have accepted
    And one of its requirements has changed
    When Henrik asks to confirm what changed
    And Henrik signs it without a reason
    Then nothing was signed and the sign-off needs reconfirmation
    When Henrik signs it and says "Only the label of a button"
    And Percy signs it
    Then the sign-off is accepted
    And the register of waivers names Henrik and "Only the label of a button"

  @point-17
  Scenario: An acceptance is withdrawn by a new signature, and nothing is erased
    Given Henrik and Percy have accepted
    When Henrik withdraws because "Invoices were sent twice"
    Then the sign-off is withdrawn from acceptance with the reason "Invoices were sent twice"
    And the first certificate is what it was, byte for byte
    And its check page says that the acceptance has been withdrawn

  @point-17
  Scenario: The list of certificates tells their story
    Given Henrik and Percy have accepted
    And sign-off was requested again and accepted
    Then the list of certificates shows both, the newer first
    And it says that the earlier was superseded by the later
