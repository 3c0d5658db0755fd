Feature: Asking for a decision
  A project manager asks about exactly one part, of exactly these people, until a day.

  Background:
    Given Order entry passed its two tests and Billing failed one of its two
    And the cycle is closed

  @point-13
  Scenario: A request looks at exactly its part
    When sign-off is requested for the chosen cycles
    Then the frozen scope holds 4 tests, 1 of them failed, and 1 problem
    When sign-off is requested for the whole project
    Then the frozen scope holds 4 tests, 1 of them failed, and 1 problem
    When sign-off is requested for the unit Billing
    Then the frozen scope holds 2 tests, 1 of them failed, and 1 problem
    And "Enough tests passed" is not met in it
    When sign-off is requested for the process Order to cash
    Then the frozen scope holds 4 tests, 1 of them failed, and 1 problem
    When sign-off is requested for the wave North of Order entry
    Then the frozen scope holds 2 tests, 0 of them failed, and 0 problems
    When sign-off is requested for the unit Order entry
    Then the frozen scope holds 2 tests, 0 of them failed, and 0 problems
    And every exit criterion of it is met

  @point-13
  Scenario: Requirements of a unit that nobody tests are named
    Given Order entry has an approved requirement that is in no cycle
    When sign-off is requested for the unit Order entry
    Then the frozen scope names one thing that was not tested
    When sign-off is requested for the unit Billing
    Then the frozen scope names nothing that was not tested

  @point-13
  Scenario: The whole project needs every cycle that counts
    Given another cycle is open
    Then sign-off for the whole project is refused, naming the open cycle

  @point-13
  Scenario: What would be frozen is counted before anybody is asked
    When the project manager looks at what the unit Billing covers
    Then the page counts 2 requirements, 2 tests, 1 open problem, and nobody has been asked
    And what was typed is still there

  @point-13
  Scenario Outline: A request lapses only when its own part changes
    Given sign-off is requested for the unit Order entry
    And sign-off is requested for the unit Billing
    When <something happens>
    Then only the request about Billing has lapsed, and says "<words>"

    Examples:
      | something happens                             | words                             |
      | a result of Billing is taken back             | A result was taken back: PAY-T    |
      | a problem stops the other test of Billing     | PAY-D2 was reported               |
      | the problem of Billing becomes critical       | PAY-D1 became critical            |
      | a requirement of Billing gets a newer version | changed                           |

  @point-13
  Scenario: A problem that belongs to no test concerns every part
    Given sign-off is requested for the unit Order entry
    When a serious problem at large is reported
    Then the request has lapsed, and says "PAY-D2 was reported"

  @point-13
  Scenario: A lapsed request is told by mail and asked again as it was
    Given sign-off is requested for the unit Order entry
    When a serious problem at large is reported
    Then Henrik and the project manager have a mail that says what lapsed it
    And asking again starts with everything filled in as before

  @point-13
  Scenario: A later certificate supersedes what it covers, and nothing else
    Given the unit Order entry was accepted
    When the wave North of Order entry and Warehouse is accepted
    Then the first certificate is superseded
    But the certificate of the wave stands when the unit Billing is accepted

  @point-13
  Scenario: One of two is enough, and the other is told
    Given one of Henrik and Birgit is enough, and sign-off is requested
    When Birgit accepts
    Then the decision is made
    And Henrik has a mail that he need not sign any more

  @point-13
  Scenario: One rejection rejects although one would be enough
    Given one of Henrik and Birgit is enough, and sign-off is requested with the partner
    When Birgit accepts and Henrik rejects
    Then the sign-off is rejected although the partner has not signed

  @point-13
  Scenario: In order, only those who are still needed come first
    Given one of Henrik and Birgit is enough, then the partner, in this order
    When Birgit accepts
    Then Percy can sign, and nobody waits for Henrik
