@point-1
Feature: The program shows that it does what it says
  Beside the worked example stands the program itself as a project: its own requirements, and what the automated test
  run found of each.

  Background:
    Given the worked example, made in an empty database

  Scenario: The program's own acceptance
    When the sponsor opens "uatapp itself"
    Then every scenario of the program is an approved requirement there
    And each test came out as the automated test run found it, or was not run
    And each result says which version was tested, and who recorded it
    And a decision is asked for, with the exit criteria as they stood
