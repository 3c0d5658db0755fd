Feature: Payments
  Money that comes in finds its invoice on the same day; money that goes out is paid once.

  Background:
    Given you are signed in to the test system as "billing.clerk2"
    And the account statement of yesterday is read in

  Rule: A payment finds its invoice by itself where it can

    @must @payments
    Scenario Outline: A payment is matched with its invoice
      When a payment of <amount> with the words "<words>" comes in
      Then it is matched with <invoice>
      And the list says why: "<why>"

      Examples: Found without a person
        | amount     | words            | invoice        | why              |
        | € 2,808.40 | Invoice 990120   | invoice 990120 | Number           |
        | € 2,808.40 | 40012 thanks     | invoice 990120 | Customer, amount |

      Examples: Left to a person
        | amount     | words            | invoice        | why              |
        | € 2,800.00 | Invoice 990120   | no invoice     | Amount differs   |

    @must @payments
    Scenario: A discount for early payment is recognised
      Given invoice 990122 over € 1,000.00 gives 2 % within 8 days
      When € 980.00 for invoice 990122 come in on the sixth day
      Then invoice 990122 is paid
      And € 20.00 are posted as discount, with their tax

    @should @payments
    Scenario: One payment for three invoices is split
      When you match a payment of € 1,534.00 with these invoices:
        | invoice | amount   |
        | 990101  | € 590.00 |
        | 990103  | € 708.00 |
        | 990104  | € 236.00 |
      Then the three invoices are paid
      And the payment shows all three

  Rule: Money goes out once, and to whom it belongs

    @must @payments @approval
    Scenario: Two people release a payment run
      Given you made the payment run of today over € 84,200.00
      When you release it
      Then it waits for a second person
      And the file for the bank does not exist yet

    @must @payments
    Scenario: The same invoice of a supplier is not paid twice
      Given invoice "RL-2209" of supplier 60007 was paid last week
      When you enter an invoice "RL 2209" of supplier 60007 over the same amount
      Then a message shows the invoice that was paid
      And the new one is not in the next payment run

    @must @payments @security
    Scenario: A changed bank account is confirmed by telephone first
      Given the bank account of supplier 60007 was changed this morning
      When you make the payment run of today
      Then invoices of supplier 60007 are left out
      And the list names who has to call the supplier

    @could @reports
    Scenario: The cash of the next four weeks is foreseen
      When you open "Cash ahead"
      Then each week shows what is expected to come in and to go out
      And customers who pay late are counted with their usual delay
