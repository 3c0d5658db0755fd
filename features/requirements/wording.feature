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

  Scenario: The quality of the whole project, worst first
    Given the documents "good.feature" that reads well, "vague.feature" with a vague result and "broken.feature" with an unknown column
    When the analyst opens the quality page
    Then it says that one place cannot be tested as it is written
    And it lists "broken.feature" before "vague.feature", and not "good.feature"
    When the analyst chooses the rule "A result that says nothing"
    Then it lists only "vague.feature"

  Scenario: One name in two documents
    Given two documents have a requirement "A saved order has a number"
    When the analyst opens the quality page
    Then it says that one name stands twice, and leads to both requirements

  Scenario: A project switches a rule off
    Given the documents "good.feature" that reads well, "vague.feature" with a vague result and "broken.feature" with an unknown column
    When the project manager switches the rule "vague-outcome" off
    Then the quality page no longer lists "vague.feature"
    And the editor no longer names the result of "vague.feature"
    And the audit trail tells who switched it off
    But the analyst may not switch rules
    When the project manager switches the rule "vague-outcome" on
    Then the quality page lists "vague.feature" again

  Scenario: What could be better is said while one types, and nothing is kept
    When the analyst types a text that says "you click the button" and stops for a moment
    Then the answer shows how testers will see it, and says what could be better in line 4
    And no document and no entry of the trail has come of it

  Scenario: A text that cannot be read is said with its place while one types
    When the analyst types a text whose line 5 cannot be read
    Then the answer names line 5 and the column
