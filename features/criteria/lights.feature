@point-11
Feature: Each light has the very rows behind it, and a history
  Whoever reads that something is not met opens it and sees what is in the way.

  Scenario: Everything behind a light, page by page
    Given an open cycle with 60 tests assigned to Marta
    Then the overview names 50 of the 60 tests behind "all_run" and leads to all of them

  Scenario Outline: A criterion about a part of the tests counts that part alone
    Given an open cycle with a must test that passed and a should test that failed
    And both sides agreed that all tests pass <which>
    Then it is <state>, with "<value>"

    Examples:
      | which                 | state   | value |
      | tagged @must          | met     | 100 % |
      | tagged @should        | not met | 0 %   |
      | of the unit Billing   | not met | 0 %   |
      | of the process Orders | met     | 100 % |

  Scenario Outline: What else can be agreed
    Given an open cycle with a must test that passed and a should test that failed
    And a newer build is in the test system, and a requirement that no test of the cycle tries
    And both sides agreed about "<what>"
    Then it is <state>, with "<value>"

    Examples:
      | what                | state   | value  |
      | results on build    | not met | 0 of 2 |
      | changed tests       | met     | 0      |
      | minor problems      | met     | 0      |
      | untested            | not met | 1      |
      | half of them tried  | met     | 2 of 2 |

  Scenario: A light remembers how it stood each day
    Given an open cycle with 2 tests assigned to Marta
    And the lights were noted
    When a day passes, Marta passes all of them and the lights are noted twice
    Then the page of "share_passed" shows "0 %" on the first day and "100 %" on the second
