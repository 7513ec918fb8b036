package clients

import (
	"fmt"
	"testing"
	"time"

	"github.com/ovh/go-ovh/ovh"
)

// The snippets of the page "Order a Domain Name" in their order, word for word where they are Go; what was corrected is
// said above each. A step under a title with "(ours)" is one the page names without a snippet.

type Cart struct {
	CartID      string  `json:"cartId"`
	Description string  `json:"description"`
	Expire      string  `json:"expire"`
	Items       []int64 `json:"items"`
}

// The page uses its name alone.
type ProductInformation struct {
	Action      string   `json:"action"`
	Duration    []string `json:"duration"`
	OfferID     string   `json:"offerId"`
	Orderable   bool     `json:"orderable"`
	PricingMode string   `json:"pricingMode"`
}

// The page's ItemData lacks the two members its own example fills in. "offerid" is the page's.
type ItemData struct {
	Domain      string `json:"domain"`
	PlanCode    string `json:"planCode"`
	PricingMode string `json:"pricingMode"`
	OfferId     string `json:"offerid"`
	Quantity    int64  `json:"quantity"`
	Duration    string `json:"duration"`
}

// The page uses its name alone.
type Item struct {
	CartID   string `json:"cartId"`
	ItemID   int64  `json:"itemId"`
	Duration string `json:"duration"`
	Settings struct {
		Domain      string `json:"domain"`
		PricingMode string `json:"pricingMode"`
	} `json:"settings"`
}

type Price struct {
	CurrencyCode string  `json:"currencyCode"`
	Text         string  `json:"text"`
	Value        float64 `json:"value"`
}

// The page uses its name alone.
type Summary struct {
	OrderID *int64 `json:"orderId"`
	Details []struct {
		Domain     string `json:"domain"`
		DetailType string `json:"detailType"`
	} `json:"details"`
	Prices struct {
		WithTax Price `json:"withTax"`
	} `json:"prices"`
}

type RequiredConfiguration struct {
	Label         string   `json:"label"`
	Required      bool     `json:"required"`
	Fields        []string `json:"fields,omitempty"`
	AllowedValues []string `json:"allowedValues,omitempty"`
}

type Configuration struct {
	ID    int64  `json:"id"`
	Label string `json:"label"`
	Value string `json:"value"`
}

type ConfigurationPayload struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

type RegisteredPaymentMean struct {
	PaymentMean string `json:"paymentMean"`
}

type orderStatus string

func TestOrderADomainName(t *testing.T) {
	client := wide(t)
	cartID, itemID := filled(t, client)
	configured(t, client, cartID, itemID)
	managed(t, client, cartID, itemID)
	orderID := ordered(t, client, cartID)
	paid(t, client, orderID)
}

func filled(t *testing.T, client *ovh.Client) (cartID string, itemID string) {
	// ## Cart Creation
	// The page leaves out the parameter it requires, and go-ovh's Post takes a body before the result.
	var cart Cart
	err := client.Post("/order/cart", map[string]string{"ovhSubsidiary": "FR"}, &cart)
	must(t, err)
	equal(t, len(cart.CartID), 36)
	equal(t, len(cart.Items), 0)
	cartID = cart.CartID

	// ## Fetch Available Offers
	var offers []ProductInformation
	err = client.Get(fmt.Sprintf("/order/cart/%s/domain?domain=foo.fr", cartID), &offers)
	must(t, err)
	equal(t, len(offers), 1)
	equal(t, offers[0].Action, "create")
	equal(t, offers[0].OfferID, "fr-create")
	equal(t, offers[0].Orderable, true)
	equal(t, offers[0].Duration[0], "P1Y")

	// ## Add a Domain Name to the Cart
	// The page lacks a comma after PricingMode, and posts to /order/cart.
	var item Item

	data := ItemData{
		Domain: "foo.fr",

		// optional
		PlanCode:    "fr",
		PricingMode: "default-create",
		Quantity:    1,
		Duration:    "P1Y",

		// deprecated
		OfferId: "fr-create",
	}
	err = client.Post(fmt.Sprintf("/order/cart/%s/domain", cartID), data, &item)
	must(t, err)
	equal(t, item.CartID, cartID)
	equal(t, item.Settings.Domain, "foo.fr")
	equal(t, item.Settings.PricingMode, "create-default")

	// ## Cart Summary
	var summary Summary
	err = client.Get(fmt.Sprintf("/order/cart/%s/summary", cartID), &summary)
	must(t, err)
	if summary.OrderID != nil || len(summary.Details) < 4 || summary.Details[0].Domain != "*001.001" {
		t.Fatalf("%+v", summary)
	}
	equal(t, summary.Prices.WithTax.Text, fmt.Sprintf("%.2f €", summary.Prices.WithTax.Value))

	// ## Assigning the Cart (ours)
	must(t, client.Post(fmt.Sprintf("/order/cart/%s/assign", cartID), nil, nil))
	// The page prints the item's id with %s wherever it is used.
	return cartID, fmt.Sprint(item.ItemID)
}

func configured(t *testing.T, client *ovh.Client, cartID, itemID string) {
	// ## Fetch Required Configurations
	var requiredConfigurations []RequiredConfiguration
	err := client.Get(fmt.Sprintf("/order/cart/%s/item/%s/requiredConfiguration", cartID, itemID), &requiredConfigurations)
	must(t, err)
	var labels string
	for _, one := range requiredConfigurations {
		labels += one.Label + " "
	}
	equal(t, labels, "OWNER_LEGAL_AGE OWNER_CONTACT ADMIN_ACCOUNT TECH_ACCOUNT DNS ")

	// ## Add Configuration
	// The page's contact is number 1234, ours is made here; and it writes "var data :=".
	var contact struct {
		ID int64 `json:"id"`
	}
	must(t, client.Post("/me/contact", owner, &contact))
	var configuration Configuration

	data := ConfigurationPayload{
		Label: "OWNER_CONTACT",
		Value: fmt.Sprintf("/me/contact/%d", contact.ID),
	}
	err = client.Post(fmt.Sprintf("/order/cart/%s/item/%s/configuration", cartID, itemID), data, &configuration)
	must(t, err)
	equal(t, configuration.Label, data.Label)
	equal(t, configuration.Value, data.Value)

	// ## Fetch Product Configurations (ours)
	var ids []int64
	must(t, client.Get(fmt.Sprintf("/order/cart/%s/item/%s/configuration", cartID, itemID), &ids))
	equal(t, fmt.Sprint(ids), fmt.Sprint([]int64{configuration.ID}))

	// ## Fetch Configuration Value (ours)
	var again Configuration
	one := fmt.Sprintf("/order/cart/%s/item/%s/configuration/%d", cartID, itemID, configuration.ID)
	must(t, client.Get(one, &again))
	equal(t, again, configuration)

	// ## Configuration Removal (ours)
	must(t, client.Delete(one, nil))
	equal(t, refused(t, client.Get(one, nil)).Code, 404)
	must(t, client.Post(fmt.Sprintf("/order/cart/%s/item/%s/configuration", cartID, itemID), data, nil))
	age := map[string]interface{}{"label": "OWNER_LEGAL_AGE", "value": true}
	must(t, client.Post(fmt.Sprintf("/order/cart/%s/item/%s/configuration", cartID, itemID), age, nil))
}

func managed(t *testing.T, client *ovh.Client, cartID, itemID string) {
	var second Item
	must(t, client.Post(fmt.Sprintf("/order/cart/%s/domain", cartID), map[string]string{"domain": "baz.fr"}, &second))

	// ## Fetch Items (ours)
	var cart Cart
	must(t, client.Get("/order/cart/"+cartID, &cart))
	equal(t, fmt.Sprint(cart.Items), fmt.Sprintf("[%s %d]", itemID, second.ItemID))

	// ## Fetch Item Details (ours)
	var item Item
	must(t, client.Get(fmt.Sprintf("/order/cart/%s/item/%d", cartID, second.ItemID), &item))
	equal(t, item, second)

	// ## Item Removal (ours)
	must(t, client.Delete(fmt.Sprintf("/order/cart/%s/item/%d", cartID, second.ItemID), nil))
	must(t, client.Get("/order/cart/"+cartID, &cart))
	equal(t, fmt.Sprint(cart.Items), fmt.Sprintf("[%s]", itemID))
}

func ordered(t *testing.T, client *ovh.Client, cartID string) (orderID string) {
	// ## Cart Validation (ours)
	var validation, order Summary
	must(t, client.Get(fmt.Sprintf("/order/cart/%s/checkout", cartID), &validation))
	if validation.OrderID != nil {
		t.Fatal("a dry run made an order")
	}

	// ## Create Purchase Order (ours)
	wish := map[string]bool{"autoPayWithPreferredPaymentMethod": false, "waiveRetractationPeriod": true}
	must(t, client.Post(fmt.Sprintf("/order/cart/%s/checkout", cartID), wish, &order))
	equal(t, order.Prices.WithTax, validation.Prices.WithTax)
	return fmt.Sprint(*order.OrderID)
}

func paid(t *testing.T, client *ovh.Client, orderID string) {
	// ## Fetch Available Payment Methods
	var means []RegisteredPaymentMean

	err := client.Get(fmt.Sprintf("/me/order/%s/availableRegisteredPaymentMean", orderID), &means)
	must(t, err)
	equal(t, fmt.Sprint(means), "[{fidelityAccount} {ovhAccount}]")

	// ## Pay Purchase Order
	data := map[string]string{
		"paymentMean": "fidelityAccount",
	}

	err = client.Post(fmt.Sprintf("/me/order/%s/payWithRegisteredPaymentMean", orderID), data, nil)
	must(t, err)

	// ## Purchase Order Follow-up
	var result orderStatus

	for until := time.Now().Add(20 * time.Second); result != "delivered"; time.Sleep(50 * time.Millisecond) {
		err := client.Get(fmt.Sprintf("/me/order/%s/status", orderID), &result)
		must(t, err)
		if time.Now().After(until) {
			t.Fatalf("the order is still %s", result)
		}
	}
	must(t, client.Get("/domain/foo.fr", nil))
}

// The registry of .fr wants to know where a person was born.
var owner = map[string]interface{}{
	"address":      map[string]string{"country": "FR", "line1": "2 rue Kellermann", "city": "Roubaix", "zip": "59100"},
	"birthCity":    "Roubaix",
	"birthCountry": "FR",
	"birthDay":     "1990-05-17",
	"birthZip":     "59100",
	"email":        "owner@example.org",
	"firstName":    "Owner",
	"language":     "fr_FR",
	"lastName":     "Of Foo",
	"legalForm":    "individual",
	"phone":        "+33.320000000",
}
