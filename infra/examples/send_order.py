"""Places an order by the queue: `python send_order.py EMAIL ORDER_NUMBER TOTAL`. Sent twice, it counts once."""

import json
import os
import sys
from datetime import UTC, datetime

import boto3

email, number, total = sys.argv[1:]
event = {
    "specversion": "1.0",
    "id": number,
    "source": "https://shop.example.in/checkout",
    "type": "crm.order.place.v1",
    "time": datetime.now(UTC).isoformat(),
    "data": {"email": email, "orderId": number, "total": float(total)},
}
sqs = boto3.client("sqs", region_name=os.environ.get("AWS_REGION"))  # Without that, boto3 reads AWS_DEFAULT_REGION only.
sent = sqs.send_message(QueueUrl=os.environ["ORDERS_QUEUE_URL"], MessageBody=json.dumps(event))
print("sent as", sent["MessageId"])
