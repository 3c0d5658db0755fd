@point-2
Feature: What the software must do is agreed before anybody tests it
  An analyst writes it; the head of the business unit agrees; only then are there tests.

  Scenario: An analyst types a requirement in and sees it as its testers will
    When the analyst types "orders.feature" in
    Then the preview shows "Before you start", "Do this" and "You should see"
    And nothing is saved yet
    When the analyst saves it
    Then the document "Orders" has 2 requirements waiting for approval

  Scenario: A mistake is shown with its place, and nothing typed is lost
    When the analyst types a text in whose line 4 cannot be read
    Then the page says "Line 4 cannot be read yet"
    And the page names line 4 and column 5
    And everything typed is still there

  Scenario: Tests exist only when the head has approved
    Given "orders.feature" is here
    Then there is no test
    When the head approves both requirements at once
    Then there are 3 tests

  Scenario Outline: Who approves
    Given "orders.feature" is here, brought in by "<author>" for the unit "<unit>"
    Then "<who>" can approve it
    And the one who brought it in cannot

    Examples:
      | author   | unit        | who         |
      | analyst  | Order entry | Hedda Holm  |
      | analyst  | Warehouse   | Anders Vik  |
      | analyst2 | Billing     | Bill Lund   |

  Scenario: The head asks for changes, with a reason
    Given "orders.feature" is here
    When the head asks for changes because "Which mail address?"
    Then the analyst reads "Which mail address?" beside a draft
    When the analyst changes the text and saves it
    Then the head is asked to approve version 2

  Scenario: Somebody saved the same document in the meantime
    Given "orders.feature" is here and open in the analyst's editor
    When another analyst saves it
    And the analyst saves their own text
    Then both texts are shown
    And nothing of the analyst's is lost

  Scenario: Two analysts change different lines of one document
    Given "orders.feature" is here and open in the analyst's editor
    When another analyst saves it
    And the analyst saves another line of it
    Then they read "Somebody saved this while you were writing."
    And the text to save holds both changes
    When the analyst saves the text that is offered
    Then the document holds both changes, and the audit trail names both analysts
