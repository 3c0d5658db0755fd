@point-2
Feature: Requirements come in as files, and are recognised when they come in again
  Analysts keep writing in the tools they know. What is here already keeps its number, its tests and its results.

  Scenario: Several files at once, each for its own business unit
    When the analyst uploads "orders.feature" and "billing.feature"
    Then 3 requirements are new
    When the analyst puts "billing.feature" under "Billing"
    Then "Bill Lund" approves what is in "billing.feature"
    And "Hedda Holm" approves what is in "orders.feature"

  Scenario: An archive comes in while the analyst does something else
    When the analyst uploads a zip archive with both files and a broken one
    Then the page says that the files are being read
    When the reading is done
    Then 3 requirements are new
    And the broken file is listed with its line and column

  Scenario: The same files again change nothing
    Given "orders.feature" is here
    When the analyst uploads "orders.feature" again
    Then the page says "Everything was here already"
    And nothing was written down about it

  Scenario: An edited step makes a new version of one requirement
    Given "orders.feature" is here and approved
    When a step of "An order is confirmed" is edited and the file comes in again
    Then "An order is confirmed" has version 2 waiting for approval
    And "The total follows the price" has not changed

  Scenario: Another name keeps the number
    Given "orders.feature" is here and approved
    When "An order is confirmed" is renamed to "Customers get a mail" and the file comes in again
    Then "Customers get a mail" is requirement 1

  Scenario: A renamed file takes its requirements along
    Given "orders.feature" is here and approved
    When the file comes in again as "sales/orders.feature"
    Then no requirement is new
    And all requirements are in "sales/orders.feature"

  Scenario: An explicit id outlives any edit
    Given "billing.feature" is here and approved
    When name, steps and file of the requirement with an id change
    Then no requirement is new

  Scenario: The customer's own numbers are ids as well
    Given the project says that tags like "@S-103.1" are ids
    And a requirement tagged "@S-7.12" is here and approved
    When name, steps and file of the requirement tagged "@S-7.12" change
    Then no requirement is new

  Scenario: What cannot be told apart is asked, and waits
    Given "orders.feature" is here and approved
    When name and steps of "An order is confirmed" change a little and the file comes in again
    Then one question is open
    And nothing of "orders.feature" came in

  Scenario: A requirement that its file no longer has counts until the head agrees
    Given "orders.feature" is here and approved
    When the file comes in again without "The total follows the price"
    Then "The total follows the price" still counts
    When the head approves what waits
    Then "The total follows the price" is retired with its tests

  Scenario: The same bytes come back
    Given a file with a byte order mark and Windows line ends is here
    When IT staff export the project
    Then the exported file has the same bytes

  Scenario Outline: What cannot be read is listed with a plain sentence
    When the analyst uploads a file that is <what>
    Then the page says "<sentence>"

    Examples:
      | what              | sentence                      |
      | empty             | The file is empty             |
      | without a feature | There is no feature           |
      | not in UTF-8      | The file is not in UTF-8      |
      | no .feature file  | This is not a .feature file   |
