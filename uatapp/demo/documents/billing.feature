Feature: Billing
  Every delivery is invoiced once, at the right price and tax, on the day after it left.

  Background:
    Given you are signed in to the test system as "billing.clerk1"

  @must @invoices
  Scenario: A delivery is invoiced on the next day
    Given delivery 880114 left the warehouse yesterday
    When you open the list "Invoices of today"
    Then the list has one invoice for delivery 880114
    And its amount is € 2,360.00 without tax

  @must @invoices @tax
  Scenario Outline: The tax on an invoice follows the country of delivery
    Given an order over € 1,000.00 was delivered to <country>
    When you open its invoice
    Then the tax rate is <rate>
    And the total is <total>
    And the invoice says "<note>"

    Examples:
      | country | rate | total      | note                              |
      | Germany | 19 % | € 1,190.00 | Includes 19 % VAT                 |
      | Austria | 0 %  | € 1,000.00 | Tax is due by the recipient       |
      | Norway  | 0 %  | € 1,000.00 | Export delivery, free of tax      |

  @must @invoices
  Scenario: A credit note takes back a part of an invoice
    Given invoice 990120 over 20 pieces at € 118.00 is not paid
    When you make a credit note for 3 pieces of invoice 990120 with the reason "Damaged in transport"
    Then the credit note is over € 354.00 without tax
    And the customer's balance is lower by that amount and its tax
    And invoice 990120 shows the credit note and its reason

  @should @reminders
  Scenario: A reminder is written when an invoice is two weeks overdue
    Given invoice 990087 has been overdue for 15 days
    When you start the reminder run
    Then a first reminder for invoice 990087 is in the list
    And the letter uses this year's interest rate
    And customers with an agreed payment plan are not in the list

  @could @reports
  Scenario: The accountant takes the journal of a month
    When you open "Journal" and choose last month
    And you press "Excel"
    Then the file has one line for each posting
    And the sum of the lines is the same as on the screen:
      | account | side   |
      | 1200    | debit  |
      | 4400    | credit |

  Rule: A customer gets as few papers as agreed

    @should @invoices
    Scenario: All deliveries of a month are put on one invoice
      Given customer 40012 has agreed on one invoice a month
      And the customer got these deliveries last month:
        | delivery | day | amount     |
        | 880101   | 3   | € 1,180.00 |
        | 880109   | 14  | € 590.00   |
        | 880117   | 28  | € 236.00   |
      When you start the monthly run
      Then there is one invoice over € 2,006.00 without tax
      And it lists the three deliveries with their days

    @could @invoices
    Scenario: An invoice goes out by mail in the customer's language
      Given customer 40044 reads Norwegian
      When you send invoice 990131 by mail
      Then the mail begins with:
        """
        Hei,
        vedlagt finner du faktura 990131.
        """
      And the invoice itself is the same as on paper

  Rule: What is posted stays posted

    @must @invoices @audit
    Scenario: A posted invoice is corrected by a credit note only
      Given invoice 990125 is posted
      When you open invoice 990125
      Then no amount on it can be changed
      And the button "Make a credit note" is there
