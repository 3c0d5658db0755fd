Feature: Asking for a decision
  A project manager asks about exactly one part, of exactly these people, until a day.

  Background:
    Given Order entry passed its two tests and Billing failed one of its two
    And the cycle is closed

  @point-13
  Scenario Outline: A request looks at exactly its part
    When sign-off is requested for <part>
    Then the frozen scope holds <tests> tests, <failed> of them failed, and <open> problems
    And it says that it is about <part>

    Examples:
      | part                                | tests | failed | open |
      | the chosen cycles                   | 4     | 1      | 1    |
      | the whole project                   | 4     | 1      | 1    |
      | the unit Order entry                | 2     | 0      | 0    |
      | the unit Billing                    | 2     | 1      | 1    |
      | the process Order to cash           | 4     | 1      | 1    |
      | the wave North of Order entry       | 2     | 0      | 0    |

  @point-13
  Scenario: A unit's criteria do not fail through another unit
    When sign-off is requested for the unit Order entry
    Then every exit criterion of it is met
    When sign-off is requested for the unit Billing
    Then "Enough tests passed" is not met in it

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
    When <something happens>
    Then the request <outcome>

    Examples:
      | something happens                                 | outcome                                   |
      | a result of Billing is taken back                 | still waits                               |
      | a result of Order entry is taken back             | has lapsed through the result taken back  |
      | a problem stops a test of Billing                 | still waits                               |
      | a problem stops a test of Order entry             | has lapsed through the new problem        |
      | a problem at large is reported                    | has lapsed through the new problem        |
      | the problem of Billing becomes critical           | still waits                               |
      | a requirement of Billing gets a newer version     | still waits                               |
      | a requirement of Order entry gets a newer version | has lapsed through the new version        |
      | somebody who is not asked loses the right to sign | still waits                               |

  @point-13
  Scenario: A lapsed request is told by mail and asked again as it was
    Given sign-off is requested for the unit Order entry
    When a result of Order entry is taken back
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
