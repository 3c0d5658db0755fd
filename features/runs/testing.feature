@point-5
Feature: A tester knows what to do next and records it in seconds
  Marta is a clerk. She sees one test at a time, answers step by step, and never loses a word.

  Background:
    Given an open round with 3 tests for Marta

  Scenario: My work says what is next
    When Marta opens her work
    Then the first test is offered with one button

  Scenario: Everything is as expected
    Given Marta has opened the first test
    When she presses "All as expected" and submits
    Then the test has passed
    And the second test is offered next

  Scenario: A remark is kept with a passed test
    Given Marta has opened the first test
    When she answers every step with yes, remarks "A bit slow" and submits
    Then the test has passed with remarks

  Scenario: Something is not as expected
    Given Marta has opened the first test
    When she says that she did not see step 4, but "The order is held"
    Then the test has failed
    And she is asked what is wrong, with her words filled in

  Scenario: Something stops her
    Given Marta has opened the first test
    When she could not do step 2 because something stops her: "No licence"
    Then the test is blocked

  Scenario: A test does not apply
    Given Marta has opened the first test
    When she says that it does not apply because "We have no such customers"
    Then the test does not apply

  Scenario: What is missing is named, and nothing is lost
    Given Marta has opened the first test
    When she answers only the first step, remarks "Half way" and submits
    Then she reads that step 3 has no answer yet
    And "Half way" is still there

  Scenario: She stops and goes on later on another device
    Given Marta has opened the first test
    When she answers only the first step, remarks "Half way" and goes on later
    And she opens it on another device
    Then "Half way" is still there
    And it is saved with a time

  Scenario: Two windows do not overwrite each other
    Given Marta has opened the first test
    And she has typed "From the first window" in one window
    When she submits from another window with "From the second window"
    Then she sees both

  Scenario: Screenshots and files go with the result
    Given Marta has opened the first test
    When she adds a screenshot to step 4 and a text file
    And she presses "All as expected" and submits
    Then the project manager sees the screenshot at step 4 and the file

  Scenario Outline: A file that is not safe is refused, and the rest stays
    Given Marta has opened the first test
    When she submits with <file> and the remark "Typed with care"
    Then she reads "<words>"
    And "Typed with care" is still there
    And nothing is submitted

    Examples:
      | file                    | words                     |
      | a picture that is none  | not a kind of file        |
      | a drawing in SVG        | not a kind of file        |
      | a screenshot of 30 MB   | has more than 10 MB       |

  Scenario: A form sent twice is one result
    Given Marta has opened the first test
    When she submits the same form twice
    Then there is one result, and both lead to the same page

  Scenario: An own slip is taken back by one press
    Given Marta has passed the first test
    When she takes it back
    Then the test is hers to do again
    And the result can still be read, and counts no more

  Scenario: Later it takes a reason
    Given Marta passed the first test 11 minutes ago
    When she takes it back
    Then she reads "After ten minutes a result is taken back with a reason."
    When she takes it back because "Wrong customer"
    Then the test is hers to do again

  Scenario: Nobody records a result for her
    Given Marta has opened the first test
    Then another tester, the project manager and the engineer cannot submit it

  Scenario: She sees what became of what she reported
    Given Marta reported a problem with the first test
    When Marta opens her work
    Then the problem is listed under what she reported
    When the fix is deployed
    And Marta opens her work
    Then the first test is offered to be tested again
