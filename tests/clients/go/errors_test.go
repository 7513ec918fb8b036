package clients

import (
	"strings"
	"testing"
)

// Refusals as go-ovh's APIError: Code, Class, Message, Details, QueryID.

func TestWhatDoesNotExist(t *testing.T) {
	client := wide(t)
	for path, message := range map[string]string{
		"/me/order/999999":         "",
		"/me/contact/77":           "",
		"/order/cart/no-such-cart": "",
		"/domain/never-bought.fr":  "This service does not exist",
		"/domain/zone/none.fr":     "This service does not exist",
		"/no/such/route":           "Got an invalid (or empty) URL",
	} {
		refusal := refused(t, client.Get(path, nil))
		equal(t, refusal.Code, 404)
		equal(t, refusal.Class, "Client::NotFound")
		if refusal.Message == "" || message != "" && refusal.Message != message {
			t.Fatalf("%s: %q", path, refusal.Message)
		}
	}
}

func TestWhatDoesNotFit(t *testing.T) {
	client := wide(t)
	items := "/order/cart/" + newCart(t, client) + "/domain"
	for field, call := range map[string]func() error{
		"ovhSubsidiary": func() error { return client.Post("/order/cart", map[string]string{"ovhSubsidiary": "XX"}, nil) },
		"quantity": func() error {
			return client.Post(items, map[string]interface{}{"domain": "two.fr", "quantity": 2}, nil)
		},
		"domain": func() error { return client.Post(items, map[string]int{"domain": 5}, nil) },
		"expire": func() error {
			return client.Post("/order/cart", map[string]string{"ovhSubsidiary": "FR", "expire": "soon"}, nil)
		},
	} {
		refusal := refused(t, call())
		equal(t, refusal.Code, 400)
		equal(t, refusal.Class, "Client::BadRequest")
		if refusal.Details[field] == "" || !strings.Contains(refusal.Message, field) {
			t.Fatalf("%s is not named: %v %v", field, refusal, refusal.Details)
		}
	}
}

// The page's first snippet, taken at its word, posts no ovhSubsidiary.
func TestACartWithoutSubsidiary(t *testing.T) {
	refusal := refused(t, wide(t).Post("/order/cart", nil, nil))
	equal(t, refusal.Code, 400)
	equal(t, refusal.Message, "ovhSubsidiary is required")
}

func TestEverythingThatStandsInTheWayIsTold(t *testing.T) {
	client := wide(t)
	cart := newCart(t, client)
	var item Item
	must(t, client.Post("/order/cart/"+cart+"/domain", map[string]string{"domain": "in-the-way.fr"}, &item))
	var contact struct {
		ID int64 `json:"id"`
	}
	// Neither born nor certified old enough.
	must(t, client.Post("/me/contact", map[string]interface{}{
		"address":  map[string]string{"country": "US", "line1": "1 Main Street", "city": "Springfield", "zip": "62701"},
		"language": "en_US", "legalForm": "individual", "firstName": "A", "lastName": "B", "email": "a@example.org",
		"phone": "+1.2175550100",
	}, &contact))
	configuration := ConfigurationPayload{"OWNER_CONTACT", "/me/contact/" + number(contact.ID)}
	must(t, client.Post("/order/cart/"+cart+"/item/"+number(item.ItemID)+"/configuration", configuration, nil))
	refusal := refused(t, client.Get("/order/cart/"+cart+"/checkout", nil))
	equal(t, refusal.Code, 400)
	for _, field := range []string{".OWNER_LEGAL_AGE", ".OWNER_CONTACT.address.country"} {
		if refusal.Details[number(item.ItemID)+field] == "" {
			t.Fatalf("%s is not told: %v", field, refusal.Details)
		}
	}
}

func TestKeysThatAreWrong(t *testing.T) {
	told := running(t)
	for message, wrong := range map[string]struct {
		keys
		path string
		code int
	}{
		"Invalid signature": {keys{told.Wide.ApplicationKey, strings.Repeat("x", 32), told.Wide.ConsumerKey}, "/me", 400},
		"This application key is invalid": {
			keys{strings.Repeat("x", 16), told.Wide.ApplicationSecret, told.Wide.ConsumerKey}, "/me", 403,
		},
		"This credential does not exist": {
			keys{told.Wide.ApplicationKey, told.Wide.ApplicationSecret, strings.Repeat("x", 32)}, "/me", 403,
		},
		"This call has not been granted": {told.Narrow, "/me/order", 403},
	} {
		refusal := refused(t, client(t, told.URL, wrong.keys).Get(wrong.path, nil))
		equal(t, refusal.Code, wrong.code)
		equal(t, refusal.Message, message)
	}
}

func TestConflicts(t *testing.T) {
	client := wide(t)
	cart := newCart(t, client)
	must(t, client.Post("/order/cart/"+cart+"/domain", map[string]string{"domain": "conflict.fr"}, nil))
	must(t, client.Post("/order/cart/"+cart+"/checkout", nil, nil))
	again := refused(t, client.Post("/order/cart/"+cart+"/checkout", nil, nil))
	equal(t, again.Code, 409)
	equal(t, again.Class, "Client::Conflict")
	if !strings.Contains(again.Error(), "(X-OVH-Query-Id: ORDAIN.ext-1.") {
		t.Fatal(again.Error())
	}
}
