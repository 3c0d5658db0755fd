Feature: Customers, articles and prices
  What all other work rests on is entered once, checked by somebody, and found again.

  Background:
    Given you are signed in to the test system as "data.desk"

  Rule: A customer exists once

    @must @customers
    Scenario: A customer that seems to be there is shown before a second one is made
      When you enter a new customer "Fjordbygg A/S" in Bergen
      Then customer 40012 Fjordbygg AS is shown as the same
      And you have to choose before you can go on

    @must @customers
    Scenario: A new customer can order when credit and tax are checked
      Given customer 40101 was entered today
      When the credit check and the tax number come back in order
      Then customer 40101 can order on account
      And the order clerk who entered it is told

    @should @customers @privacy
    Scenario: A contact person who left is forgotten
      Given Mr. Haugen no longer works for customer 40044
      When you delete the contact person Mr. Haugen
      Then name, mail and telephone are gone from customer 40044
      And earlier orders say "Former contact person"

  Rule: A price changes on a day, not in between

    @must @prices
    Scenario: New prices are entered ahead of their day
      When you enter € 129.00 for article 7731 from the first of next month
      Then orders until then use € 126.50
      And the page of article 7731 shows both prices and the day

    @must @prices @approval
    Scenario: A price below cost needs the head of order entry
      Given article 7731 costs € 84.00
      When you enter a price of € 79.00 for customer 40012
      Then the price waits for the head of order entry
      And orders go on using the present price

    @could @articles
    Scenario: A follow-up article is offered when the old one is gone
      Given article 5541 follows article 5540, and 5540 is sold out
      When an order clerk enters article 5540
      Then article 5541 is offered with its price
