Feature: Order entry
  Clerks enter orders that customers send by telephone, mail and on paper. Every order
  that is saved is one that we can deliver and that the customer can pay.

  Background:
    Given you are signed in to the test system as "order.clerk2"

  @must @orders
  Scenario: An order above the customer's credit limit is held for approval
    Given customer 40012 Fjordbygg AS has a credit limit of € 10,000.00 and € 8,400.00 of unpaid invoices
    When you enter a new order for customer 40012
    And you add 20 of article 7731 Copper pipe 22 mm at € 118.00 each
    And you save the order
    Then the order is saved with the status "On credit hold"
    And a message says the order is € 760.00 over the limit
    And the warehouse has no picking list for this order

  @must @orders
  Scenario: An order within the credit limit goes to the warehouse at once
    Given customer 40044 Bygg og Bad AS has no unpaid invoices
    When you enter a new order for customer 40044 with 5 of article 7731
    And you save the order
    Then the order is saved with the status "Released"
    And the warehouse sees a picking list for it within one minute

  @must @orders @prices
  Scenario Outline: The price on an order follows the customer's agreement
    When you enter a new order for customer <customer>
    And you add <quantity> of article 7731 Copper pipe 22 mm
    Then the price of each is <price>
    And the line says where the price comes from: "<source>"

    Examples: List price and agreements
      | customer | quantity | price    | source            |
      | 40012    | 20       | € 118.00 | Agreement 2026    |
      | 40044    | 20       | € 126.50 | List price        |
      | 40044    | 200      | € 121.00 | Quantity discount |

  @should @orders
  Scenario: The delivery date of one order line is changed
    Given order 700215 of customer 40044 has two lines for delivery on the same day
    When you open order 700215
    And you change the delivery date of the second line to one week later
    And you save the order
    Then the first line keeps its delivery date
    And the second line shows the new date
    And the customer's confirmation lists both dates

  @should @orders
  Scenario: An order that is already being picked cannot be cancelled without the warehouse
    Given order 700231 is being picked
    When you cancel order 700231
    Then a message says that the warehouse has to agree
    And the warehouse finds your request in its list with your name
    And the order keeps the status "In picking"
