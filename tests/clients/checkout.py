"""One checkout with the generated Python client. Times and ids must have types of their own."""

import os
import uuid
from datetime import datetime

import cartwright_client as client

configuration = client.Configuration(host=os.environ["BASE"], access_token=os.environ["TOKEN"])
with client.ApiClient(configuration) as api:
    product = client.ProductsApi(api).get_products(limit=1).items[0]
    orders = client.OrdersApi(api)
    order = orders.post_orders(client.PostOrdersRequest(product_id=product.id, quantity=1))
    request = client.PostCheckoutsRequest(
        order_ids=[order.id], payment=client.PostCheckoutsRequestPayment(method="pm_card_visa")
    )
    checkout = client.CheckoutsApi(api).post_checkouts(uuid.uuid4(), request)
    assert checkout.status == "succeeded", checkout.status
    paid = orders.get_orders_by_id(order.id)
    assert isinstance(paid.id, uuid.UUID) and isinstance(checkout.checkout_id, uuid.UUID)
    assert isinstance(paid.created_at, datetime) and isinstance(paid.history[0].at, datetime)
    print(f"checkout {checkout.checkout_id} of an order of {paid.created_at:%Y}, status {paid.status}")
