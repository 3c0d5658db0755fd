Feature: Deputies, consent and copies
  Somebody who is away names who signs for them; who signs knows that it binds, and keeps a copy.

  Background:
    Given a closed cycle in which Marta has passed 2 tests

  @point-13
  Scenario: A deputy signs for somebody who is away, and every paper says so
    Given Henrik is asked to sign, and names Birgit as his deputy for this week because of "Holiday"
    When Birgit signs on the page, which says that she signs for Henrik
    Then the page, the certificate and the audit trail say that Birgit Aune signed for Henrik Dahl
    And Henrik cannot sign a second time

  @point-14
  Scenario: The words of each decision are on the page, and the partner's are its own
    Given Henrik and Percy are asked to sign
    Then Henrik reads "I accept the software in this scope for Nordwind"
    And Percy reads "I confirm for Halden that the builds named were delivered"
    But neither reads the other's words

  @point-14
  Scenario: The first signature asks for consent, later ones do not
    Given Hedda, who has never signed, is asked to sign
    When she accepts on the page without agreeing to sign electronically
    Then nothing is signed, she is told why, and what she typed is still there
    When she agrees and accepts
    Then her signature stands, with the words she agreed to kept
    And a second request does not ask her again
    But it does when the words have a new version

  @point-14
  Scenario: Later signers see the conditions set before
    Given Henrik and Percy are asked to sign
    When Henrik accepts under the condition that "Page numbers" come by "Halden"
    Then Percy reads "One condition has been set before you" and what is owed

  @point-14
  Scenario: Who signed keeps the copy, also when the role has ended
    Given Henrik was asked, has signed and has left the project
    Then the project does not exist for him any more
    But he finds what he signed, with its fingerprint, and the certificate
    And nobody else can fetch it there
