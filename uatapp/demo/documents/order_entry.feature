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

  Rule: An order names who may change it

    @should @orders
    Scenario: An order by mail keeps the customer's words
      When you enter a new order for customer 40044 from this mail:
        """
        Hello,
        please send 12 of article 8102 to our site in Bergen, not to the office.
        The driver has to call Mr. Haugen half an hour before: +47 900 12 345.
        """
      And you save the order
      Then the order shows the whole mail under "What the customer wrote"
      And the delivery note prints the sentence about the driver

    @could @orders
    Scenario: A colleague takes over an order that was begun
      Given order 700260 was begun by "order.clerk1" and is not saved yet
      When you open order 700260 and press "Take over"
      Then the order is yours, with everything that was typed
      And "order.clerk1" reads that you took it over

    @should @orders @deadlines
    Scenario Outline: The latest hour for delivery on the next day depends on the region
      Given it is <hour> on a working day
      When you save an order for delivery to <region>
      Then the earliest delivery date is <date>

      Examples: Before the last truck has left
        | region | hour  | date             |
        | north  | 14:30 | the next day     |
        | south  | 11:45 | the next day     |

      Examples: After it has left
        | region | hour  | date             |
        | north  | 15:10 | in two days      |
        | south  | 12:15 | in two days      |
