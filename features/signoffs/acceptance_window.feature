Feature: Where the contract says so, silence counts as acceptance
  The window runs in working days of the customer; everybody is told long before; nothing is signed by itself.

  Background:
    Given it is Monday, 7 January 2030, 8 o'clock in Berlin
    And a closed cycle in which Marta has passed 2 tests

  @point-16
  Scenario: One side proposes what the contract says, the other agrees
    When the partner's project manager proposes 10 working days with the words of the contract
    Then silence does not count yet, and the customer's project manager is asked by mail
    When the customer's project manager agrees
    Then the window of 10 working days is agreed by both sides

  @point-16
  Scenario: A side cannot agree to its own proposal
    When the partner's project manager proposes 10 working days with the words of the contract
    And the partner's project manager tries to agree
    Then it is refused, because the other side answers
    And silence does not count yet

  @point-16
  Scenario: A window is declined with a reason
    When the partner's project manager proposes 10 working days with the words of the contract
    And the customer's project manager declines because "Our contract says 15"
    Then both project managers read "Our contract says 15"

  @point-16
  Scenario: Without a window a request never counts as accepted
    When sign-off is requested from Henrik
    Then its page shows no review window
    And the partner's project manager cannot record silence

  @point-16
  Scenario: The window starts with the request, on the customer's calendar
    Given a window of 10 working days is agreed
    When sign-off is requested from Henrik
    Then its page says that silence counts from "Mon 21 Jan 2030"
    And its page shows that 0 of 10 working days are used

  @point-16
  Scenario: A request outside working hours starts at the next opening
    Given a window of 10 working days is agreed
    And it is Friday, 11 January 2030, 18 o'clock in Berlin
    When sign-off is requested from Henrik
    Then its page says that silence counts from "Mon 28 Jan 2030"

  @point-16
  Scenario: A holiday entered while the window runs moves the date, and everybody is told
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    When the customer enters 15 January 2030 as a day off
    Then its page says that silence counts from "Tue 22 Jan 2030"
    And Henrik and both project managers have a mail about "Tuesday, 22 January 2030"

  @point-16
  Scenario: A holiday of the partner moves nothing
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    When the partner enters 15 January 2030 as a day off
    Then its page says that silence counts from "Mon 21 Jan 2030"

  @point-16
  Scenario: A critical problem that is open pauses the window
    Given a window of 10 working days is agreed
    And a critical problem at large was put off
    And sign-off is requested from Henrik
    When on Thursday, 10 January 2030 the problem is taken up again
    Then its page says that the window is paused by the problem
    And Henrik and both project managers have a mail about "the review window is paused"
    When on Monday, 14 January 2030 the problem is put off by agreement
    Then its page says that silence counts from "Thu 24 Jan 2030"

  @point-16
  Scenario: Everybody is told three working days before, and on the day, once each
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    When the daily work is done each day until Tuesday, 15 January 2030
    Then nobody was told that silence will count
    When the daily work is done each day until Wednesday, 16 January 2030
    Then Henrik and both project managers were told once that silence will count from "Monday, 21 January 2030"
    When the daily work is done each day until Friday, 25 January 2030
    Then Henrik and both project managers were told once that the window has ended
    And the sign-off still waits

  @point-16
  Scenario: After the date the partner's project manager records silence with the clause
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    And it is Monday, 21 January 2030, 8 o'clock in Berlin
    When the partner's project manager records that silence counts, with the clause
    Then the sign-off is deemed accepted
    And its paper says "Deemed accepted, not signed"
    And nobody has signed it

  @point-16
  Scenario Outline: Silence is not recorded when it does not count
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    And it is Monday, 21 January 2030, 8 o'clock in Berlin
    When <something is wrong> and silence is to be recorded
    Then nothing is recorded and the sign-off still waits

    Examples:
      | something is wrong                   |
      | the customer's project manager asks  |
      | the clause is not ticked             |
      | the password is wrong                |

  @point-16
  Scenario: Silence is not recorded a day before
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    And it is Friday, 18 January 2030, 23 o'clock in Berlin
    When silence is to be recorded
    Then nothing is recorded and the sign-off still waits

  @point-16
  Scenario: Silence waives no agreed criterion
    Given a window of 10 working days is agreed
    And a major problem at large is open
    And sign-off is requested from Henrik
    And it is Monday, 21 January 2030, 8 o'clock in Berlin
    When silence is to be recorded
    Then nothing is recorded and the sign-off still waits
    And the partner's project manager reads that a signatory must waive

  @point-16
  Scenario: Rounds of cure and retest are counted
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    And Henrik has rejected because "The total is wrong"
    And the cycle was reopened, a test was run again, and the cycle closed
    When sign-off is requested again from Henrik
    Then its page shows round 2 of 3 with 1 test run again

  @point-16
  Scenario: A signed acceptance supersedes one that was deemed
    Given a window of 10 working days is agreed
    And sign-off is requested from Henrik
    And it is Monday, 21 January 2030, 8 o'clock in Berlin
    And the partner's project manager has recorded that silence counts
    When sign-off is requested again from Henrik and Henrik accepts
    Then the deemed acceptance is superseded
