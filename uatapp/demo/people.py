"""The people of the worked example, and its two organisations."""

from dataclasses import dataclass

from uatapp.kernel.permissions import Role

CUSTOMER, PARTNER = "Nordwind Trading", "Halden Systems"


@dataclass(frozen=True, slots=True)
class Person:
    """One person: how they are called in the story, and what they are."""

    key: str
    name: str
    job_title: str
    organisation: str
    roles: tuple[Role, ...]
    unit: str = ""
    signs: bool = False

    @property
    def email(self) -> str:
        first, last = self.name.lower().split()[0], self.name.lower().split()[-1]
        return f"{first}.{last}@{'nordwind' if self.organisation == CUSTOMER else 'halden'}.example"


PEOPLE = (
    Person("manager", "Anders Vik", "Project manager", CUSTOMER, (Role.PROJECT_MANAGER,)),
    Person("analyst", "Sofia Renner", "Business analyst", CUSTOMER, (Role.ANALYST,)),
    Person("head", "Greta Holm", "Head of order entry", CUSTOMER, (Role.DEPARTMENT_HEAD,), "Order entry"),
    Person("billing_head", "Olaf Berg", "Head of billing", CUSTOMER, (Role.DEPARTMENT_HEAD,), "Billing"),
    Person("warehouse_head", "Runa Moe", "Head of warehouse", CUSTOMER, (Role.DEPARTMENT_HEAD,), "Warehouse"),
    Person("tester", "Marta Lindqvist", "Order clerk", CUSTOMER, (Role.TESTER,), "Order entry"),
    Person("billing_tester", "Ilse Brandt", "Billing clerk", CUSTOMER, (Role.TESTER,), "Billing"),
    Person("buyer", "Nils Falk", "Buyer", CUSTOMER, (Role.TESTER,), "Purchasing"),
    Person("service_tester", "Liv Sand", "Customer adviser", CUSTOMER, (Role.TESTER,), "Customer service"),
    Person("super_user", "Jonas Weber", "Shift leader", CUSTOMER, (Role.SUPER_USER,), "Warehouse"),
    Person("sponsor", "Henrik Dahl", "Finance director", CUSTOMER, (Role.SPONSOR,), "", True),
    Person("sponsor2", "Birgit Aune", "Operations director", CUSTOMER, (Role.SPONSOR,), "", True),
    Person("auditor", "Astrid Lie", "Internal audit", CUSTOMER, (Role.AUDITOR,)),
    Person("partner_manager", "Mark Ellery", "Delivery director", PARTNER, (Role.PROJECT_MANAGER,), "", True),
    Person("lead", "Tomasz Zielinski", "Solution lead", PARTNER, (Role.LEAD,)),
    Person("engineer", "Priya Nair", "Engineer", PARTNER, (Role.ENGINEER,)),
)

SHOWN = {
    "analyst": "Business analyst",
    "head": "Department head (order entry)",
    "tester": "Tester (order entry)",
    "billing_tester": "Tester (billing)",
    "buyer": "Tester (purchasing)",
    "service_tester": "Tester (customer service)",
    "super_user": "Super user (warehouse)",
    "manager": "Project manager, customer",
    "sponsor": "Sponsor (finance)",
    "sponsor2": "Sponsor (operations)",
    "auditor": "Auditor",
    "partner_manager": "Project manager, partner",
    "lead": "Lead, partner",
    "engineer": "Engineer, partner",
}
