Feature: Readiness
  A sponsor opens one page and reads whether we can accept; if not, what is missing, who owes it, and by when.

  @point-12
  Scenario: Nothing was tested yet
    When Henrik asks whether we can accept
    Then the answer is "There is nothing to accept yet"

  @point-12
  Scenario: Not yet, and who owes what until when
    Given an open cycle with 3 tests assigned to Marta
    And Marta has failed one of them and reported a major problem
    When Henrik asks whether we can accept
    Then the answer is "Not yet"
    And it says that Marta Lindqvist still owes 2 tests, by today
    And it says that one serious problem waits for an answer

  @point-12
  Scenario: Yes, with what was left out and who said so
    Given an open cycle with 2 tests assigned to Marta
    And Marta says of one that it does not apply, because "We have no such customers"
    And Marta passes what is left
    When Henrik asks whether we can accept
    Then the answer is "Yes, with gaps to know about"
    And it says that Marta Lindqvist left one out: "We have no such customers"

  @point-12
  Scenario: What is different since the last certificate
    Given Henrik has accepted a cycle with one test, which Marta had passed
    When that test fails in the next cycle
    And Henrik asks whether we can accept
    Then the answer is "Not yet"
    And it names that test among those that passed then and fail now

  @point-12
  Scenario: Both project managers say what they recommend
    Given an open cycle with a test assigned to Marta
    And Marta passes all of them
    When Anders recommends to accept
    And Paula recommends to accept with reservations: "Printing is slow"
    Then everybody who signs has a mail that says what each of them recommends
    When Henrik asks whether we can accept
    Then it shows that Anders Vik says "Recommends to accept"
    And it shows that Paula Stone says "Printing is slow"

  @point-12
  Scenario: Somebody who is asked is led to the decision
    Given an open cycle with a test assigned to Marta
    And Marta passes all of them
    And Henrik is asked to decide on it
    When Henrik opens the project
    Then the readiness page is what he sees, and its next step is to read and decide
