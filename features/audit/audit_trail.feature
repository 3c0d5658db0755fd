Feature: Anybody can check afterwards that nothing was changed
  Each entry carries the fingerprint of the one before it, and each certificate carries a signed checkpoint.

  Background:
    Given a test was run, found wanting, repaired, passed and signed

  @point-9
  Scenario: The audit trail tells the whole story in sentences
    When the auditor reads the audit trail
    Then it tells in this order
      | Anna Analyst brought in 1         |
      | Hedda Holm approved               |
      | Anders Vik opened Cycle 1         |
      | Marta Lindqvist submitted         |
      | Marta Lindqvist reported PAY-D1   |
      | Priya Nair                        |
      | Anders Vik deployed 1.1 to UAT-2  |
      | Anders Vik closed Cycle 1         |
      | Anders Vik requested sign-off     |
      | Henrik Dahl signed PAY-S1         |
    And it can be narrowed to what Marta did

  @point-9
  Scenario: What nobody touched is in order
    When IT staff verify
    Then everything is in order

  @point-9
  Scenario Outline: What somebody changed in the database is found
    Given somebody with the database's password <does>
    When IT staff verify
    Then it is not in order because "<reason>"

    Examples:
      | does                              | reason                            |
      | edits a remark of a run           | is not what this entry told       |
      | deletes an entry of the trail     | are missing                       |
      | adds a signature                  | was never told                    |
      | swaps the answers to two steps    | is not what this entry told       |
      | moves a problem to new            | the chain told closed last        |
      | cuts off the end of the trail     | the head says entry               |

  @point-9
  Scenario: The certificate is genuine, and one changed byte is not
    When IT staff verify the certificate
    Then everything is in order
    When one byte of the certificate is changed
    And IT staff verify the certificate
    Then it is not in order because "changed after it was sealed"

  @point-9
  Scenario: A trail rewritten after the certificate was given away is found by the certificate
    Given somebody with the database's password rewrites the end of the trail and removes the checkpoints
    When IT staff verify
    Then everything is in order
    When IT staff verify the certificate
    Then it is not in order because "the log was rewritten"
