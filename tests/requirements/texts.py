"""Documents for tests, small and readable."""

ORDERS = b"""Feature: Orders

  Background:
    Given a customer with an open account

  Scenario: An order is confirmed
    When you enter an order of 3 pieces
    Then the order is confirmed by mail

  Scenario Outline: The total follows the price
    When you order <pieces> pieces at <price>
    Then the total is <total>

    Examples:
      | pieces | price | total |
      | 1      | 10.00 | 10.00 |
      | 3      | 10.00 | 30.00 |
"""

BILLING = b"""# language: en
@billing
Feature: Billing

  @id:invoice
  Scenario: An invoice is made every night
    Given a delivered order from yesterday
    When the nightly run has ended
    Then the order has an invoice with the price of the order
"""


def edited(text: bytes, old: str, new: str) -> bytes:
    """Change a text, and make sure that it changes."""
    assert old.encode() in text
    return text.replace(old.encode(), new.encode())
