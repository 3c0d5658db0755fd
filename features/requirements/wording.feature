@point-22
Feature: What could be better in a requirement
  Whoever writes requirements is told, while they write, what a tester could not judge, and how to say it better.

  Scenario: The editor names what could be better, the most serious first
    When the analyst writes a text whose Examples lack a column and whose result is "correct"
    Then the editor names line 7 as something that cannot be tested like this
    And it says of line 7 that "correct" does not say what to see, with an example of better text
    And nothing is saved

  Scenario: One press mends a place
    When the analyst writes a text whose Examples lack a column and whose result is "correct"
    And the analyst presses "Mend this" at line 7
    Then line 7 reads "Then the <price> is correct"
    And the editor no longer names it as something that cannot be tested
    And the rest of the text is as it was typed

  Scenario: A text with nothing to improve is told so
    When the analyst writes a text that reads well
    Then the editor says that there is nothing to improve
