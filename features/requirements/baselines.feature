@point-24
Feature: What is agreed is kept under a name, and compared later
  "That was not what we agreed" is the dearest sentence of a project. A baseline answers it: it never changes.

  Background:
    Given 3 requirements are agreed and a fourth waits for approval

  Scenario: What is agreed now is kept
    When the analyst keeps it as "Agreed for cycle 1"
    Then the baseline holds 3 requirements with their versions
    And the one that waits is not in it
    And the audit trail says who kept it

  Scenario: What came, went and was changed since
    Given it is kept as "Agreed for cycle 1"
    When one is changed, one is retired and the fourth is agreed
    Then the difference names one changed, one removed and one new requirement
    And the changed one leads to its two versions word by word
    And the baseline itself is as it was

  Scenario: Two baselines are compared
    Given it is kept as "Agreed for cycle 1"
    When one is changed, one is retired and the fourth is agreed
    And the analyst keeps it as "Agreed for cycle 2"
    Then "Agreed for cycle 1" and "Agreed for cycle 2" differ in 3 requirements

  Scenario: What waits for approval is no difference yet
    Given it is kept as "Agreed for cycle 1"
    When a step of one is edited and waits for approval
    Then the page says "Nothing has changed"

  Scenario Outline: What cannot be kept is said, and nothing typed is lost
    Given it is kept as "Agreed for cycle 1"
    When the analyst keeps it as "<name>"
    Then the page says "<sentence>"
    And there is one baseline

    Examples:
      | name                 | sentence                                   |
      | Agreed  for cycle 1  | There is a baseline of this name already.  |
      |                      | Give it a name by which people will know it |

  Scenario: It is taken along in Excel
    Given it is kept as "Agreed for cycle 1"
    When somebody takes it as an Excel file
    Then each step is a row, with who agreed to its requirement
