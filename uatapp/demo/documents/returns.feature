Feature: Returns
  What customers send back is looked at, credited and put where it belongs, within three days.

  Background:
    Given you are signed in to the test system as "returns.desk"

  @must @returns
  Scenario: A return is announced with a number for the parcel
    Given customer 40012 wants to return 3 of article 7731 of delivery 880114
    When you enter the return with the reason "Damaged in transport"
    Then the return gets a number and a label for the parcel
    And the customer's page shows the return as "On its way"

  @must @returns
  Scenario: More than was delivered cannot be returned
    Given delivery 880114 had 20 of article 7731 and 3 of them were returned
    When you enter a return of 18 pieces
    Then a message says that 17 pieces are left

  Rule: Where a piece goes depends on how it looks

    @must @returns
    Scenario Outline: What is checked at the desk goes to its place
      Given a piece of return 550031 lies on the desk
      When you choose "<looks>"
      Then the hand-held sends it to <place>
      And the customer gets <credit> of the price back

      Examples:
        | looks                | place            | credit |
        | As new               | its shelf        | 100 %  |
        | Box damaged          | the outlet shelf | 100 %  |
        | Used                 | the outlet shelf | 60 %   |
        | Broken by transport  | the carrier box  | 100 %  |

    @should @returns
    Scenario: A picture of the damage goes with the claim to the carrier
      Given a piece of return 550031 was "Broken by transport"
      When you take a picture with the hand-held and press "Claim"
      Then the claim to the carrier has the picture, the weight and the delivery note

  Rule: The customer is never left without word

    @must @returns @mail
    Scenario: The customer reads what came of the return
      Given all 3 pieces of return 550031 are checked
      When you close the return
      Then the customer gets this mail:
        """
        We have checked your return 550031.
        You get € 354.00 and its tax back with credit note 990140.
        """
      And credit note 990140 is in the list of today

    @should @returns
    Scenario: A parcel without a number finds its customer
      Given a parcel without a number has a serial number of article 8102 in it
      When you type the serial number
      Then the delivery and its customer are shown
      And you can begin a return from there

    @could @returns @reports
    Scenario: The causes of returns of a quarter are counted
      When you open "Returns by cause" for the last quarter
      Then each cause shows how many pieces and what they cost
      And a press on a cause lists its returns
