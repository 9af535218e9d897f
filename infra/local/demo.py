"""Demo data: customers of an Indian brand for coffee, tea and what goes with them, with two years of history.

Customer number N is the same whatever the number of customers, and everything about them follows from N. Only the dates
move: they count back from an anchor, the day of the first seeding.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

_FIRST = (
    "Aarav Vivaan Aditya Arjun Sai Reyansh Krishna Ishaan Rohan Kabir Aryan Dhruv Karthik Nikhil Rahul Siddharth Varun "
    "Manish Imran Joseph Ananya Diya Saanvi Aadhya Kavya Meera Priya Riya Sneha Nisha Pooja Shreya Tanvi Lakshmi Fatima "
    "Neha Ishita Maria Harpreet Zoya"
).split()
_LAST = (
    "Sharma Verma Iyer Nair Reddy Patel Shah Gupta Singh Kaur Das Banerjee Mukherjee Rao Menon Pillai Joshi Kulkarni "
    "Deshpande Chatterjee Khan Fernandes Agarwal Mehta Bose Naidu Shetty Thomas Mishra Pandey"
).split()
# (city, weight): where such a brand's customers live.
_CITIES = {
    "Bengaluru": 18, "Mumbai": 17, "Delhi": 14, "Hyderabad": 9, "Pune": 9, "Chennai": 8, "Kolkata": 6, "Gurugram": 5,
    "Ahmedabad": 4, "Kochi": 3, "Jaipur": 3, "Chandigarh": 2, "Indore": 2,
}  # fmt: skip
# (sku, name, price in rupees, weight)
_PRODUCTS = [
    ("COF-AR-250", "Attikan Estate Arabica 250 g", 520, 16),
    ("COF-MB-250", "Monsoon Malabar 250 g", 480, 12),
    ("COF-DR-250", "Dark Roast Blend 250 g", 450, 14),
    ("COF-DC-250", "Decaf House Blend 250 g", 590, 4),
    ("COF-CB-6", "Cold Brew Bottles, pack of 6", 720, 8),
    ("COF-DRIP-10", "Easy Pour Drip Bags, pack of 10", 390, 12),
    ("TEA-ASM-200", "Assam Gold Tea 200 g", 310, 8),
    ("TEA-DJ-100", "Darjeeling First Flush 100 g", 650, 4),
    ("TEA-MAS-200", "Masala Chai 200 g", 340, 9),
    ("ACC-MUG-01", "Stoneware Mug", 599, 4),
    ("ACC-FRP-350", "French Press 350 ml", 1499, 3),
    ("ACC-GRN-01", "Hand Grinder", 2890, 2),
    ("ACC-MOKA-3", "Moka Pot, 3 cups", 2150, 2),
    ("GFT-BOX-01", "Tasting Gift Box", 1250, 3),
    ("SUB-3M", "Three-Month Subscription", 2399, 3),
]
_WEEKS = 104


def customers(count: int, anchor: datetime) -> Iterator[dict[str, Any]]:
    """Bodies of `POST /api/customers`."""
    for number in range(count):
        yield _Person(number, anchor).customer()


def orders(count: int, anchor: datetime) -> Iterator[dict[str, Any]]:
    """Bodies of `POST /api/orders`, with order numbers of their own."""
    for number in range(count):
        yield from _Person(number, anchor).orders()


def activities(count: int, anchor: datetime) -> Iterator[dict[str, Any]]:
    """Bodies of `POST /api/activities`, with ids of their own."""
    for number in range(count):
        yield from _Person(number, anchor).activities()


class _Person:
    """Everything about customer number N."""

    def __init__(self, number: int, anchor: datetime) -> None:
        chance = random.Random(f"mini-crm demo {number}")
        self.number = number
        self.anchor = anchor
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        self.name = f"{first} {last}"
        self.email = f"{first}.{last}{number}@example.com".lower()
        self.city = chance.choices(list(_CITIES), list(_CITIES.values()))[0]
        self.phone = f"+91{chance.choice('6789')}{chance.randrange(10**9):09d}"
        # A growing brand: more customers joined lately.
        self.joined = anchor - timedelta(minutes=int(_WEEKS * 7 * 1440 * chance.random() ** 1.4) + 90)
        # Half buy once or never, a tenth keep coming: the shape of a real shop.
        self.loyalty = chance.choices([0.0, 1.0, 2.5, 6.0, 14.0], [12, 40, 26, 15, 7])[0]
        self.prepaid = chance.random() < 0.6
        self.consents = (chance.random() < 0.88, chance.random() < 0.35, chance.random() < 0.42)
        self.history = self._orders(random.Random(f"mini-crm orders {number}"))

    def customer(self) -> dict[str, Any]:
        chance = random.Random(f"mini-crm profile {self.number}")
        spent = sum(order["total"] for order in self.history)
        tier = "gold" if spent > 15000 else "silver" if spent > 5000 else "bronze"
        tags = [
            *(["repeat"] if len(self.history) > 1 else []),
            *(["vip"] if spent > 15000 else []),
            *(["newsletter"] if self.consents[0] and chance.random() < 0.5 else []),
            *([chance.choice(["instagram", "referral", "google", "store"])] if chance.random() < 0.8 else []),
        ]
        subscribed = any(item["sku"] == "SUB-3M" for order in self.history for item in order["items"])
        body: dict[str, Any] = {
            "email": self.email,
            "name": self.name,
            "city": self.city,
            "country": "IN",
            "tags": tags,
            "attributes": {
                "loyaltyTier": tier,
                "plan": "subscription" if subscribed else "none",
                "brewMethod": chance.choice(["filter", "french press", "moka pot", "espresso", "cold brew", "chai"]),
                "points": int(spent // 100),
                "prepaid": self.prepaid,
            },
            "createdAt": _written(self.joined),
            "timeZone": "Asia/Kolkata",
            "emailConsent": self.consents[0],
            "smsConsent": self.consents[1],
            "whatsappConsent": self.consents[2],
        }
        # As in every real list, not everyone left a number.
        if chance.random() < 0.85:
            body["phone"] = self.phone
        return body

    def orders(self) -> Iterator[dict[str, Any]]:
        for order in self.history:
            yield {key: value for key, value in order.items() if key not in ("total", "at")}

    def activities(self) -> Iterator[dict[str, Any]]:
        chance = random.Random(f"mini-crm visits {self.number}")
        span = (self.anchor - self.joined).total_seconds()
        moments = [(self.joined + timedelta(seconds=span * chance.random()), "visit") for _ in range(chance.randrange(4))]
        # Who buys has looked before.
        moments += [(order["at"] - timedelta(minutes=chance.randrange(3, 90)), "visit") for order in self.history[-3:]]
        moments += [(at, "emailOpen") for at, _ in moments if chance.random() < 0.2]
        for place, (at, kind) in enumerate(sorted(moments)):
            yield {"email": self.email, "type": kind, "at": _written(at), "activityId": f"demo-{self.number}-{place}"}

    def _orders(self, chance: random.Random) -> list[dict[str, Any]]:
        if not self.loyalty:
            return []
        wanted = max(1, min(40, round(chance.expovariate(1 / self.loyalty)))) if self.loyalty > 1 else 1
        # The beloved product comes back in most orders.
        favourite = chance.choices(_PRODUCTS, [product[3] for product in _PRODUCTS])[0]
        gap = max(9.0, chance.gauss(38, 12))
        at = self.joined + timedelta(minutes=chance.randrange(5, 60 * 24 * 6))
        history: list[dict[str, Any]] = []
        while len(history) < wanted and at < self.anchor:
            items = self._items(chance, favourite)
            total = sum(item["unitPrice"] * item["quantity"] for item in items)
            history.append(
                {
                    "orderId": f"DEMO-{self.number:06d}-{len(history) + 1:03d}",
                    "email": self.email,
                    "items": items,
                    "placedAt": _written(at),
                    "total": total,
                    "at": at,
                }
            )
            at += timedelta(minutes=int(1440 * gap * chance.uniform(0.5, 1.7)))
        return history

    def _items(self, chance: random.Random, favourite: tuple[str, str, int, int]) -> list[dict[str, Any]]:
        chosen = [favourite] if chance.random() < 0.7 else []
        more = chance.choices([0, 1, 2], [55, 33, 12])[0] if chosen else chance.choices([1, 2], [75, 25])[0]
        for product in chance.choices(_PRODUCTS, [product[3] for product in _PRODUCTS], k=more):
            if product not in chosen:
                chosen.append(product)
        return [
            {"sku": sku, "name": name, "quantity": chance.choices([1, 2, 3], [80, 15, 5])[0], "unitPrice": price}
            for sku, name, price, _ in chosen
        ]


def _written(at: datetime) -> str:
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
