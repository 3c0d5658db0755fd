Feature: Customer service
  Whoever calls gets an answer in the first call, from somebody who sees what happened so far.

  Background:
    Given you are signed in to the test system as "service.one"

  Rule: The caller is known before you answer

    @must @calls
    Scenario: A known number opens the customer's page
      When a call from +47 900 12 345 comes in
      Then the page of customer 40044 opens with the name "Mr. Haugen"
      And it shows the last three orders and what is open

    @should @calls
    Scenario: An unknown number is searched by what the caller says
      When you type "copper, Bergen" into the search of an unknown call
      Then customers in Bergen who bought copper are first
      And you can keep the number with the customer you choose

  Rule: A promise has a day and a name

    @must @complaints
    Scenario: A complaint has somebody who looks after it
      When you write down a complaint of customer 40012 about delivery 880114
      Then it has your name and a day for the answer
      And it is in your list until the customer has the answer

    @must @complaints @deadlines
    Scenario Outline: How soon a complaint is answered depends on what it is about
      When you write down a complaint about "<subject>" on a Monday at 10:00
      Then its answer is due on <day>

      Examples:
        | subject        | day                |
        | Safety         | Monday, 16:00      |
        | Missing pieces | Tuesday, 10:00     |
        | Invoice        | Thursday, 10:00    |

    @should @complaints
    Scenario: A complaint that is due tomorrow is seen by the whole desk
      Given a complaint of your colleague on holiday is due tomorrow
      When you open "Due soon"
      Then the complaint is in the list with the colleague's name
      And you can take it over

  Rule: What is said to a customer is kept

    @should @calls
    Scenario: Notes of a call are found with the order
      Given you wrote "Deliver to the back door" during a call about order 700215
      When you open order 700215
      Then your note is there with the day and your name

    @could @satisfaction
    Scenario: A customer is asked at most once a month
      Given customer 40044 was asked ten days ago how content they are
      When a complaint of customer 40044 is closed
      Then no question is sent
      And the complaint says why
