@point-10
Feature: Executed results go to Excel with one press
  Who ran what, when, on which build, with what outcome: what every auditor asks for first.

  Scenario: All results of the project
    Given an open cycle with 3 tests assigned to Marta
    And Marta passes all of them
    When the project manager takes the results as Excel
    Then the file has one row for each run with requirement, test, version, tester, time, build and outcome
    And its second sheet has every step with its answer

  Scenario: A remark that looks like a formula stays text
    Given an open cycle with a test assigned to Marta
    And Marta passes it with the remark "=1+1"
    When the project manager takes the results as Excel
    Then the remark is the text "=1+1" and not a formula

  Scenario: The partner's engineers do not take the results
    Then the engineer cannot take the results as Excel
