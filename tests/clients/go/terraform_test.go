package clients

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/ovh/go-ovh/ovh"
)

// The calls of terraform-provider-ovh in its order and with its bodies (wire-contract §5), made with the client it is
// built on. What is decoded here is what it reads; its own waiting is left out.

const patience = 20 * time.Second

var confirmation = regexp.MustCompile(`.*/billing/confirmTerminate\?id=[[:alnum:]]+&token=([[:alnum:]]+).*`)

type setting struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

type plan struct {
	Product       string
	Body          map[string]interface{}
	Configuration []setting
	Option        map[string]interface{}
}

// eventually asks again until told to stop.
func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	for until := time.Now().Add(patience); !met(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("still waiting for %s", what)
		}
	}
}

// provider is what it does before anything else.
func provider(t *testing.T) *ovh.Client {
	t.Helper()
	client := wide(t)
	var details struct {
		Account string `json:"account"`
	}
	must(t, client.Get("/auth/details", &details))
	if details.Account == "" {
		t.Fatal("/auth/details names no account")
	}
	return client
}

// apply orders a product, pays it with the default method and waits for its delivery: the order's id.
func apply(t *testing.T, client *ovh.Client, wanted plan) int64 {
	t.Helper()
	var me struct {
		OvhSubsidiary string `json:"ovhSubsidiary"`
	}
	must(t, client.Get("/me", &me))
	cart := itemOf(t, client, strings.ToUpper(me.OvhSubsidiary), wanted)

	var methods []int64
	must(t, client.Get("/me/payment/method?default=true", &methods))
	var order struct {
		OrderID int64 `json:"orderID"`
		Prices  struct {
			WithoutTax struct {
				Value float64 `json:"value"`
			} `json:"withoutTax"`
		} `json:"prices"`
	}
	if len(methods) == 0 {
		must(t, client.Get("/order/cart/"+cart+"/checkout", &order))
		if order.Prices.WithoutTax.Value != 0 {
			t.Fatal("no default payment found")
		}
	}
	must(t, client.Post("/order/cart/"+cart+"/checkout", nil, &order))
	if len(methods) == 0 {
		mean := map[string]string{"paymentMean": "fidelityAccount"}
		must(t, client.Post(fmt.Sprintf("/me/order/%d/payWithRegisteredPaymentMean", order.OrderID), mean, nil))
	} else {
		method := map[string]interface{}{"paymentMethod": map[string]int64{"id": methods[0]}}
		must(t, client.Post(fmt.Sprintf("/me/order/%d/pay", order.OrderID), method, nil))
	}
	eventually(t, "the order's delivery", func() bool {
		var status string
		must(t, client.Get(fmt.Sprintf("/me/order/%d/status", order.OrderID), &status))
		if status != "checking" && status != "delivering" && status != "delivered" {
			t.Fatalf("unexpected state %s", status)
		}
		return status == "delivered"
	})
	return order.OrderID
}

func itemOf(t *testing.T, client *ovh.Client, subsidiary string, wanted plan) string {
	t.Helper()
	var cart struct {
		CartID string `json:"cartId"`
	}
	must(t, client.Post("/order/cart", map[string]string{"ovhSubsidiary": subsidiary}, &cart))
	must(t, client.Post("/order/cart/"+cart.CartID+"/assign", nil, nil))
	var item struct {
		CartID string `json:"cartId"`
		ItemID int64  `json:"itemId"`
	}
	must(t, client.Post("/order/cart/"+cart.CartID+"/"+wanted.Product, wanted.Body, &item))
	for _, each := range wanted.Configuration {
		path := fmt.Sprintf("/order/cart/%s/item/%d/configuration", item.CartID, item.ItemID)
		must(t, client.Post(path, each, nil))
	}
	if wanted.Option != nil {
		wanted.Option["itemId"] = item.ItemID
		must(t, client.Post("/order/cart/"+cart.CartID+"/"+wanted.Product+"/options", wanted.Option, nil))
	}
	return cart.CartID
}

func domainPlan(name string, configuration []setting) plan {
	labels := strings.SplitN(name, ".", 2)
	return plan{"domain", map[string]interface{}{
		"domain": name, "planCode": labels[1], "pricingMode": "create-default", "duration": "P1Y", "quantity": 1,
		"itemId": nil, "configuration": configuration,
	}, configuration, nil}
}

func zonePlan(name string) plan {
	return plan{"dns", map[string]interface{}{
		"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1, "configuration": nil, "itemId": nil,
	}, []setting{{"zone", name}, {"template", "minimized"}}, nil}
}

// destroy asks for a termination, waits for its mail and confirms it with the token in there.
func destroy(t *testing.T, client *ovh.Client, name, terminate, confirm string) {
	t.Helper()
	last := newest(t, client)
	must(t, client.Post(terminate, nil, nil))
	var token []string
	eventually(t, "the mail", func() bool {
		id := newest(t, client)
		if id <= last {
			return false
		}
		var mail struct {
			ID   int64  `json:"id"`
			Body string `json:"body"`
		}
		must(t, client.Get(fmt.Sprintf("/me/notification/email/history/%d", id), &mail))
		if !strings.Contains(mail.Body, name) || !strings.Contains(mail.Body, "/billing/confirmTerminate") {
			return false
		}
		token = confirmation.FindStringSubmatch(mail.Body)
		return true
	})
	equal(t, len(token), 2)
	must(t, client.Post(confirm, map[string]string{"token": token[1]}, nil))
}

func newest(t *testing.T, client *ovh.Client) int64 {
	t.Helper()
	var ids []int64
	must(t, client.Get("/me/notification/email/history", &ids))
	if len(ids) == 0 {
		t.Fatal("the provider would panic: there is no mail")
	}
	sort.Slice(ids, func(a, b int) bool { return ids[a] < ids[b] })
	return ids[len(ids)-1]
}

func destroyDomain(t *testing.T, client *ovh.Client, name string) {
	t.Helper()
	var ids []int64
	route := url.QueryEscape("/domain/{serviceName}")
	must(t, client.Get("/services?resourceName="+name+"&routes="+route, &ids))
	equal(t, len(ids), 1)
	path := fmt.Sprintf("/services/%d/terminate", ids[0])
	destroy(t, client, name, path, path+"/confirm")
	// Destroyed a second time, it is taken for gone.
	eventually(t, "the name's end", func() bool {
		code := refused(t, client.Post(path, nil, nil)).Code
		return code == 404 || code == 460
	})
}

func destroyZone(t *testing.T, client *ovh.Client, name string) {
	t.Helper()
	path := "/domain/zone/" + name
	destroy(t, client, name, path+"/terminate", path+"/confirmTermination")
	gone := refused(t, client.Get(path, nil))
	equal(t, gone.Code, 404)
	equal(t, gone.Message, "This service does not exist")
}

// read is a resource as its state holds it: a second plan is without changes if it reads the same.
func read(t *testing.T, client *ovh.Client, path string) map[string]interface{} {
	t.Helper()
	request, err := client.NewRequest("GET", path, nil, true)
	must(t, err)
	if strings.HasPrefix(path, "/v2/") {
		request.Header.Set("X-Schemas-Version", "0.0")
	}
	response, err := client.Do(request)
	must(t, err)
	var found map[string]interface{}
	must(t, client.UnmarshalResponse(response, &found))
	return found
}

func same(t *testing.T, client *ovh.Client, path string) map[string]interface{} {
	t.Helper()
	first, second := read(t, client, path), read(t, client, path)
	equal(t, text(t, first), text(t, second))
	return first
}

func text(t *testing.T, of interface{}) string {
	t.Helper()
	said, err := json.Marshal(of)
	must(t, err)
	return string(said)
}

// ovh_domain_zone and ovh_domain_zone_record.
func TestTerraformZone(t *testing.T) {
	client, name := provider(t), "terraform-zone.fr"
	order := apply(t, client, zonePlan(name))
	equal(t, serviceOf(t, client, order, "zone"), name)
	zone := same(t, client, "/domain/zone/"+name)
	equal(t, zone["name"], name)
	if zone["iam"].(map[string]interface{})["urn"] == "" || zone["lastUpdate"] == nil {
		t.Fatalf("%v", zone)
	}

	records := "/domain/zone/" + name + "/record"
	body := map[string]interface{}{"fieldType": "A", "subDomain": "test", "target": "192.0.2.1", "ttl": 3600}
	var record struct {
		ID     int64  `json:"id"`
		Target string `json:"target"`
	}
	must(t, client.Post(records, body, &record))
	must(t, client.Post("/domain/zone/"+name+"/refresh", nil, nil))
	path := fmt.Sprintf("%s/%d", records, record.ID)
	equal(t, same(t, client, path)["target"], "192.0.2.1")
	change := map[string]interface{}{"subDomain": "test", "target": "192.0.2.2", "ttl": 600}
	must(t, client.Put(path, change, nil))
	must(t, client.Post("/domain/zone/"+name+"/refresh", nil, nil))
	equal(t, same(t, client, path)["target"], "192.0.2.2")

	// ovh_domain_zone_redirection.
	redirection := map[string]interface{}{"subDomain": "old", "target": "https://new.example", "type": "visible"}
	must(t, client.Post("/domain/zone/"+name+"/redirection", redirection, &record))
	must(t, client.Post("/domain/zone/"+name+"/refresh", nil, nil))
	redirected := fmt.Sprintf("/domain/zone/%s/redirection/%d", name, record.ID)
	equal(t, same(t, client, redirected)["target"], "https://new.example")

	for _, each := range []string{redirected, path} {
		must(t, client.Delete(each, nil))
		must(t, client.Post("/domain/zone/"+name+"/refresh", nil, nil))
		equal(t, refused(t, client.Get(each, nil)).Code, 404)
	}
	destroyZone(t, client, name)
}

// serviceOf finds what an order delivered by the plan of its details.
func serviceOf(t *testing.T, client *ovh.Client, order int64, code string) string {
	t.Helper()
	path := fmt.Sprintf("/me/order/%d", order)
	equal(t, fmt.Sprint(same(t, client, path)["orderId"]), number(order))
	var details []int64
	must(t, client.Get(path+"/details", &details))
	for _, each := range details {
		var detail struct {
			Domain string `json:"domain"`
		}
		var extension struct {
			Order struct {
				Plan struct {
					Code string `json:"code"`
				} `json:"plan"`
			} `json:"order"`
		}
		must(t, client.Get(fmt.Sprintf("%s/details/%d", path, each), &detail))
		must(t, client.Get(fmt.Sprintf("%s/details/%d/extension", path, each), &extension))
		if extension.Order.Plan.Code == code {
			return detail.Domain
		}
	}
	t.Fatalf("no detail of order %d has the plan %s", order, code)
	return ""
}

// ovh_domain_name without a configuration, then with another target.
func TestTerraformDomain(t *testing.T) {
	client, name := provider(t), "terraform-domain.fr"
	apply(t, client, domainPlan(name, nil))
	path := "/v2/domain/name/" + name
	found := same(t, client, path)
	equal(t, found["id"], name)
	for _, member := range []string{"checksum", "currentState", "currentTasks", "iam", "resourceStatus", "targetSpec"} {
		if found[member] == nil {
			t.Fatalf("%s is missing: %v", member, found)
		}
	}
	wanted := []string{"ns1.elsewhere.example", "ns2.elsewhere.example"}
	spec := map[string]interface{}{"dnsConfiguration": map[string]interface{}{"nameServers": servers(wanted)}}
	must(t, client.Put(path, map[string]interface{}{"checksum": found["checksum"], "targetSpec": spec}, nil))
	eventually(t, "the name servers", func() bool {
		state := read(t, client, path)["currentState"].(map[string]interface{})
		return strings.Contains(text(t, state["dnsConfiguration"]), wanted[0])
	})
	if same(t, client, path)["checksum"] == found["checksum"] {
		t.Fatal("another target has the same checksum")
	}
	destroyDomain(t, client, name)
}

func servers(names []string) []map[string]interface{} {
	var found []map[string]interface{}
	for _, name := range names {
		found = append(found, map[string]interface{}{"nameServer": name, "ipv4": nil, "ipv6": nil})
	}
	return found
}

// ovh_domain_name with a configuration and an option, ovh_domain_name_servers and ovh_domain_ds_records.
func TestTerraformNameServersAndKeys(t *testing.T) {
	client, name := provider(t), "terraform-servers.com"
	wish := domainPlan(name, []setting{{"OWNER_LEGAL_AGE", "true"}})
	wish.Option = map[string]interface{}{"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}
	apply(t, client, wish)
	equal(t, read(t, client, "/domain/zone/"+name)["name"], name)
	path := "/domain/" + name
	wanted := []map[string]string{{"host": "ns1.elsewhere.example"}, {"host": "ns2.elsewhere.example"}}
	done(t, client, path, "/nameServers/update", map[string]interface{}{"nameServers": wanted})
	var ids []int64
	must(t, client.Get(path+"/nameServer", &ids))
	equal(t, len(ids), 2)
	equal(t, same(t, client, fmt.Sprintf("%s/nameServer/%d", path, ids[0]))["host"], "ns1.elsewhere.example")

	key := map[string]interface{}{
		"algorithm": 13, "flags": 257, "tag": 2371,
		"publicKey": "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==",
	}
	done(t, client, path, "/dsRecord", map[string]interface{}{"keys": []interface{}{key}})
	must(t, client.Get(path+"/dsRecord", &ids))
	equal(t, len(ids), 1)
	equal(t, fmt.Sprint(same(t, client, fmt.Sprintf("%s/dsRecord/%d", path, ids[0]))["tag"]), "2371")
	done(t, client, path, "/dsRecord", map[string]interface{}{"keys": []interface{}{}})

	must(t, client.Put(path, map[string]string{"nameServerType": "hosted"}, nil))
	eventually(t, "name servers of ours", func() bool { return read(t, client, path)["nameServerType"] != "external" })
	destroyDomain(t, client, name)
}

// done posts a change and waits for its task.
func done(t *testing.T, client *ovh.Client, path, verb string, body interface{}) {
	t.Helper()
	var task struct {
		ID     int64  `json:"id"`
		Status string `json:"status"`
	}
	must(t, client.Post(path+verb, body, &task))
	eventually(t, verb, func() bool {
		must(t, client.Get(fmt.Sprintf("%s/task/%d", path, task.ID), &task))
		if task.Status != "todo" && task.Status != "doing" && task.Status != "done" {
			t.Fatalf("the task is %s", task.Status)
		}
		return task.Status == "done"
	})
}

// ovh_me, ovh_order_cart and ovh_order_cart_product_plan.
func TestTerraformDataSources(t *testing.T) {
	client := provider(t)
	me := same(t, client, "/me")
	if me["nichandle"] == nil || me["currency"] == nil {
		t.Fatalf("%v", me)
	}
	expire := time.Now().UTC().Add(30 * time.Minute).Format(time.RFC3339)
	var cart struct {
		CartID   string  `json:"cartId"`
		Expire   string  `json:"expire"`
		Items    []int64 `json:"items"`
		ReadOnly bool    `json:"readOnly"`
	}
	must(t, client.Post("/order/cart", map[string]string{"ovhSubsidiary": "FR", "expire": expire}, &cart))
	must(t, client.Post("/order/cart/"+cart.CartID+"/assign", nil, nil))
	equal(t, same(t, client, "/order/cart/"+cart.CartID)["cartId"], cart.CartID)
	var plans []struct {
		PlanCode string `json:"planCode"`
		Prices   []struct {
			Capacities    []string `json:"capacities"`
			Duration      string   `json:"duration"`
			MaximumRepeat int      `json:"maximumRepeat"`
			PriceInUcents int64    `json:"priceInUcents"`
		} `json:"prices"`
	}
	must(t, client.Get("/order/cart/"+cart.CartID+"/dns", &plans))
	equal(t, plans[0].PlanCode, "zone")
	if len(plans[0].Prices) == 0 || len(plans[0].Prices[0].Capacities) == 0 {
		t.Fatalf("%+v", plans)
	}
	must(t, client.Get("/order/cart/"+cart.CartID+"/dns/options?planCode=zone", nil))
}
