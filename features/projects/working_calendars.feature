Feature: Each organisation says when it works
  Deadlines run in working time only, so that nobody is late because of a holiday.

  @point-18
  Scenario: Until somebody says otherwise, office hours count
    When a project manager of the customer opens the page of working days and hours
    Then it says that nobody has changed Monday to Friday, 9:00 to 17:00

  @point-18
  Scenario: Each side's project managers change their own hours
    When a project manager of the customer sets Friday to "8:00-12:00"
    Then the customer's working day ends at noon on a Friday
    And the partner's working day still ends at 17 o'clock on a Friday
    And the audit trail of the installation tells who changed it

  @point-18
  Scenario: The other side sees the calendar and cannot change it
    When a project manager of the partner opens the customer's page of working days and hours
    Then it offers nothing to change

  @point-18
  Scenario: An administrator changes the calendar of any organisation
    When an administrator sets the partner's Friday to "7:00-11:00"
    Then the partner's working day ends at 11 o'clock on a Friday

  @point-18
  Scenario: Days off are pasted, a line each
    When a project manager of the customer pastes these days off
      """
      2030-12-24 until 12:00 Christmas Eve
      2030-12-25 Christmas Day
      """
    Then 25 December 2030 is no working day of the customer
    And 24 December 2030 is half a working day of the customer

  @point-18
  Scenario: Days off come from a calendar file
    When a project manager of the customer brings a calendar file with Christmas Day 2030
    Then 25 December 2030 is no working day of the customer

  @point-18
  Scenario: A line that is no day is named, and nothing typed is lost
    When a project manager of the customer pastes these days off
      """
      2030-12-25 Christmas Day
      the day after
      """
    Then the page names "the day after" and still holds what was typed
    And 25 December 2030 is a working day of the customer

  @point-18
  Scenario: A day off is taken off the list
    Given Christmas Day 2030 is a day off of the customer
    When a project manager of the customer removes it
    Then 25 December 2030 is a working day of the customer

  @point-18
  Scenario: Of two who save, the second sees both
    When two project managers of the customer save different hours at the same time
    Then the second sees what the first saved beside what they typed

  @point-18
  Scenario: A week without working hours is refused
    When a project manager of the customer empties every day of the week
    Then the page says that no deadline could ever be reached
