Feature: Purchasing
  Buyers order what will be missing, at the price that was agreed, early enough.

  Background:
    Given you are signed in to the test system as "buyer.one"
    And supplier 60007 Rohrwerk Lübeck delivers article 7731 in 12 days

  Rule: The system proposes, the buyer decides

    @must @purchasing
    Scenario: An article that will run out is proposed in time
      Given 180 of article 7731 are in stock and 20 leave on each working day
      When you open the list "To order today"
      Then article 7731 is in the list with the supplier 60007
      And the proposal says on which day the stock would be gone

    @must @purchasing
    Scenario: A proposal becomes an order with one press
      Given the list "To order today" proposes 400 of article 7731
      When you change the quantity to 500 and press "Order"
      Then purchase order and confirmation request are written
      And the list says who ordered, and that 400 were proposed

    @should @purchasing
    Scenario: A proposal that is refused does not come back on the next day
      When you refuse the proposal for article 5540 with the reason "Follow-up article from May"
      Then article 5540 is not proposed until you take the reason away
      And your reason is shown on the article's page

  Rule: Large orders need a second pair of eyes

    @must @purchasing @approval
    Scenario Outline: Who approves a purchase order depends on its amount
      When you write a purchase order over <amount>
      Then it <what happens>

      Examples:
        | amount      | what happens                                   |
        | € 4,900.00  | goes to the supplier at once                   |
        | € 5,100.00  | waits for the head of purchasing               |
        | € 51,000.00 | waits for the head of purchasing and finance   |

    @must @purchasing @approval
    Scenario: Nobody approves an own order
      Given your purchase order 300118 over € 7,000.00 waits for approval
      When you open purchase order 300118
      Then there is no button to approve it
      And the page names the two people who can

  Rule: What arrives is compared with what was ordered

    @must @goods-in
    Scenario: A delivery with too few pieces stays open
      Given purchase order 300102 asks for 500 of article 7731
      When the warehouse books 480 pieces for purchase order 300102
      Then 20 pieces stay open, with the supplier's promise of a new date
      And you find the delivery in the list "Not as ordered"

    @should @goods-in
    Scenario: A supplier's invoice above the agreed price is held
      Given the agreed price of article 7731 is € 84.00
      When the supplier's invoice over 480 pieces at € 86.50 comes in
      Then the invoice is held with a difference of € 1,200.00
      And you can release it with a reason, or ask the supplier

    @could @suppliers
    Scenario: Suppliers are compared by how they kept their promises
      When you open "Suppliers" and choose the last twelve months
      Then each supplier shows these figures:
        | figure                     | counted from                     |
        | Deliveries on the day      | promised day and day of arrival  |
        | Pieces as ordered          | ordered and arrived pieces       |
        | Complaints                 | returns with the cause "supplier" |
      And the list can be put in order by each of them
