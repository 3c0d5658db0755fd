@point-21
Feature: What changed in a requirement
  Whoever approves, decides on tests or looks back sees in words and by word what changed, and never wonders which text counts.

  Scenario: The history says in words what each version changed
    Given the agreed requirement about the nightly run, changed in one step and one row of values
    When the head opens the requirement
    Then version 2 says that one step changed, and one row of values
    And version 1 still counts

  Scenario: Two versions side by side, word by word
    Given the agreed requirement about the nightly run, changed in one step and one row of values
    When the head compares the version that counts with the newest
    Then the added word stands out, and is said to be added
    And the changed cell shows both values
    And the steps that it shares with others are shown as the same

  Scenario: A changed Background is shown on every requirement under it
    Given two agreed requirements under one Background, which is changed
    Then the comparison of each of them says that a step before it changed

  Scenario: A version that does not exist
    Given the agreed requirement about the nightly run, changed in one step and one row of values
    Then comparing with version 9 leads nowhere

  Scenario: An earlier version is put back, and becomes the next one
    Given the agreed requirement about the nightly run, changed in one step and one row of values
    When the analyst puts version 1 back
    Then the text is shown with the requirement as it was, and nothing has changed yet
    When the analyst saves that text
    Then version 3 says what version 1 said
    And the other requirement of the document has not changed
