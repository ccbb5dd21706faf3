// One checkout with the generated Go client. Times must have a type of their own; the generator has none for ids.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	cartwright "example.com/cartwright"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	configuration := cartwright.NewConfiguration()
	configuration.Servers = cartwright.ServerConfigurations{{URL: os.Getenv("BASE")}}
	api := cartwright.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), cartwright.ContextAccessToken, os.Getenv("TOKEN"))

	products, _, err := api.ProductsAPI.GetProducts(ctx).Limit(1).Execute()
	check(err)
	placed := *cartwright.NewPostOrdersRequest(products.Items[0].Id, 1)
	order, _, err := api.OrdersAPI.PostOrders(ctx).PostOrdersRequest(placed).Execute()
	check(err)
	payment := *cartwright.NewPostCheckoutsRequestPayment("pm_card_visa")
	request := *cartwright.NewPostCheckoutsRequest([]string{order.Id}, payment)
	checkout, _, err := api.CheckoutsAPI.PostCheckouts(ctx).IdempotencyKey(os.Getenv("KEY")).PostCheckoutsRequest(request).Execute()
	check(err)
	if checkout.Status != "succeeded" {
		log.Fatalf("the checkout is %s", checkout.Status)
	}
	paid, _, err := api.OrdersAPI.GetOrdersById(ctx, order.Id).Execute()
	check(err)
	var createdAt time.Time = paid.CreatedAt
	fmt.Printf("checkout %s of an order of %d, status %s\n", checkout.CheckoutId, createdAt.Year(), paid.Status)
}
