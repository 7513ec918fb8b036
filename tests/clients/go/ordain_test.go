// Package clients drives a running Ordain with the unmodified go-ovh. The server, its address and its keys are those of
// ordain.json in the folder the tests are started in: tests/clients/driven.py.
package clients

import (
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/ovh/go-ovh/ovh"
)

type keys struct {
	ApplicationKey    string `json:"application_key"`
	ApplicationSecret string `json:"application_secret"`
	ConsumerKey       string `json:"consumer_key"`
}

type ordain struct {
	URL    string `json:"url"`
	TLSURL string `json:"tlsUrl"`
	Wide   keys   `json:"wide"`
	Narrow keys   `json:"narrow"`
}

// running is the server the tests are started beside.
func running(t *testing.T) ordain {
	t.Helper()
	text, err := os.ReadFile("ordain.json")
	if err != nil {
		t.Fatal(err)
	}
	var told ordain
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	return told
}

// client has all its settings as arguments.
func client(t *testing.T, url string, with keys) *ovh.Client {
	t.Helper()
	made, err := ovh.NewClient(url+"/1.0", with.ApplicationKey, with.ApplicationSecret, with.ConsumerKey)
	must(t, err)
	return made
}

// wide is a client that may do everything.
func wide(t *testing.T) *ovh.Client {
	t.Helper()
	told := running(t)
	return client(t, told.URL, told.Wide)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, wanted interface{}) {
	t.Helper()
	if got != wanted {
		t.Fatalf("got %#v, wanted %#v", got, wanted)
	}
}

// refused is the API's error behind err; the test ends if that is none.
func refused(t *testing.T, err error) *ovh.APIError {
	t.Helper()
	var refusal *ovh.APIError
	if !errors.As(err, &refusal) {
		t.Fatalf("wanted an APIError, got %v", err)
	}
	if !strings.HasPrefix(refusal.QueryID, "ORDAIN.ext-1.") {
		t.Fatalf("the QueryID is %q", refusal.QueryID)
	}
	return refusal
}

// newCart is the id of a new cart that is the account's.
func newCart(t *testing.T, client *ovh.Client) string {
	t.Helper()
	var cart struct {
		CartID string `json:"cartId"`
	}
	must(t, client.Post("/order/cart", map[string]string{"ovhSubsidiary": "FR"}, &cart))
	must(t, client.Post("/order/cart/"+cart.CartID+"/assign", nil, nil))
	return cart.CartID
}

func number(of int64) string { return strconv.FormatInt(of, 10) }
