package clients

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ovh/go-ovh/ovh"
)

// The habits of go-ovh's calls: what it sends, and what it makes of answers.

func TestTheTime(t *testing.T) {
	client := wide(t)
	must(t, client.Ping())
	now, err := client.Time()
	must(t, err)
	if off := time.Since(*now); off < -5*time.Second || off > 5*time.Second {
		t.Fatalf("the server's clock is %s off", off)
	}
	_, err = client.TimeDelta()
	must(t, err)
}

func TestUnauthenticatedCalls(t *testing.T) {
	client := wide(t)
	var cart Cart
	must(t, client.PostUnAuth("/order/cart", map[string]string{"ovhSubsidiary": "FR"}, &cart))
	path := "/order/cart/" + cart.CartID
	must(t, client.GetUnAuth(path, &cart))
	must(t, client.PutUnAuth(path, map[string]string{"description": "nobody's"}, nil))
	must(t, client.GetUnAuth(path, &cart))
	equal(t, cart.Description, "nobody's")
	must(t, client.GetUnAuth(path+"/summary", nil))
	for _, refusal := range []*ovh.APIError{
		refused(t, client.DeleteUnAuth(path, nil)),
		refused(t, client.GetUnAuth("/me", nil)),
	} {
		equal(t, refusal.Code, 401)
		equal(t, refusal.Class, "Client::Unauthorized")
		equal(t, refusal.Message, "You must login first")
	}
}

// A nil body is no body at all, without a Content-Type; a void answer is `null`, whatever it is decoded into.
func TestNoBodyAndVoidAnswers(t *testing.T) {
	client := wide(t)
	var cart Cart
	must(t, client.Post("/order/cart", map[string]string{"ovhSubsidiary": "FR"}, &cart))
	nothing := &Cart{CartID: "unchanged"}
	must(t, client.Post("/order/cart/"+cart.CartID+"/assign", nil, &nothing))
	if nothing != nil {
		t.Fatalf("a void answer was %+v", nothing)
	}
	var item Item
	must(t, client.Post("/order/cart/"+cart.CartID+"/domain", map[string]string{"domain": "nil-body.fr"}, &item))
	var order Summary
	must(t, client.Post("/order/cart/"+cart.CartID+"/checkout", nil, &order))
	if order.OrderID == nil {
		t.Fatal("no order")
	}
}

func TestNumbersStayWhole(t *testing.T) {
	client := wide(t)
	var item map[string]interface{}
	must(t, client.Post("/order/cart/"+newCart(t, client)+"/domain", map[string]string{"domain": "whole.fr"}, &item))
	if _, err := item["itemId"].(json.Number).Int64(); err != nil {
		t.Fatal(err)
	}
}

func TestVersionPrefixes(t *testing.T) {
	client := wide(t)
	equal(t, refused(t, client.Get("/v1/me/order/999999", nil)).Code, 404)
	var me map[string]interface{}
	must(t, client.Get("/v1/me", &me))
	if me["nichandle"] == "" {
		t.Fatal("/v1/me is not the account")
	}
}

func TestTextsBeyondASCII(t *testing.T) {
	client := wide(t)
	var cart Cart
	wanted := "Été à Orléans <&> “日本” 🜁"
	must(t, client.Post("/order/cart", map[string]string{"ovhSubsidiary": "FR", "description": wanted}, &cart))
	must(t, client.Get("/order/cart/"+cart.CartID, &cart))
	equal(t, cart.Description, wanted)
	var offers []ProductInformation
	must(t, client.Get("/order/cart/"+cart.CartID+"/domain?domain=caf%C3%A9.fr", &offers))
	equal(t, len(offers), 1)
}

func TestOverTLS(t *testing.T) {
	told := running(t)
	// Trusted by SSL_CERT_FILE.
	trusting := client(t, told.TLSURL, told.Wide)
	var me map[string]interface{}
	must(t, trusting.Get("/me", &me))
	must(t, trusting.Post("/order/cart/"+newCart(t, trusting)+"/domain", map[string]string{"domain": "tls.fr"}, nil))

	doubting := client(t, told.TLSURL, told.Wide)
	doubting.Client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}}
	var unknown x509.UnknownAuthorityError
	if err := doubting.Get("/me", nil); !errors.As(err, &unknown) {
		t.Fatalf("a stranger's certificate was taken: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	client := wide(t)
	var all sync.WaitGroup
	failed := make(chan error, 32)
	for i := 0; i < 32; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			var cart Cart
			failed <- client.PostWithContext(context.Background(), "/order/cart", map[string]string{"ovhSubsidiary": "FR"}, &cart)
		}()
	}
	all.Wait()
	close(failed)
	for err := range failed {
		must(t, err)
	}
}
