package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ovh/go-ovh/ovh"
)

// Where go-ovh finds its settings: arguments, environment, files.

func whoami(t *testing.T, client *ovh.Client) string {
	t.Helper()
	var me struct {
		Nichandle string `json:"nichandle"`
	}
	must(t, client.Get("/me", &me))
	return me.Nichandle
}

func TestEverythingFromTheEnvironment(t *testing.T) {
	told := running(t)
	inAFolderOfItsOwn(t, "")
	t.Setenv("OVH_ENDPOINT", told.URL+"/1.0")
	t.Setenv("OVH_APPLICATION_KEY", told.Wide.ApplicationKey)
	t.Setenv("OVH_APPLICATION_SECRET", told.Wide.ApplicationSecret)
	t.Setenv("OVH_CONSUMER_KEY", told.Wide.ConsumerKey)
	client, err := ovh.NewDefaultClient()
	must(t, err)
	equal(t, whoami(t, client), whoami(t, clientOf(t, told)))
}

func clientOf(t *testing.T, told ordain) *ovh.Client {
	t.Helper()
	return client(t, told.URL, told.Wide)
}

// The ovh.conf that `ordain client-config` prints has a section for the URL; OVH_ENDPOINT is all there is to set.
func TestTheEndpointFromTheEnvironmentAndKeysFromTheFile(t *testing.T) {
	told := running(t)
	for _, url := range []string{told.URL, told.TLSURL} {
		t.Setenv("OVH_ENDPOINT", url+"/1.0")
		client, err := ovh.NewDefaultClient()
		must(t, err)
		equal(t, client.Endpoint(), url+"/1.0")
		equal(t, client.ConsumerKey, told.Wide.ConsumerKey)
		whoami(t, client)
	}
}

func TestEverythingFromTheFile(t *testing.T) {
	told := running(t)
	url := told.URL + "/1.0"
	inAFolderOfItsOwn(t, fmt.Sprintf("[default]\nendpoint=%s\n\n[%s]\napplication_key=%s\napplication_secret=%s\nconsumer_key=%s\n",
		url, url, told.Wide.ApplicationKey, told.Wide.ApplicationSecret, told.Wide.ConsumerKey))
	client, err := ovh.NewDefaultClient()
	must(t, err)
	whoami(t, client)
	// The environment outweighs it: keys that may not list orders.
	t.Setenv("OVH_APPLICATION_KEY", told.Narrow.ApplicationKey)
	t.Setenv("OVH_APPLICATION_SECRET", told.Narrow.ApplicationSecret)
	t.Setenv("OVH_CONSUMER_KEY", told.Narrow.ConsumerKey)
	narrow, err := ovh.NewDefaultClient()
	must(t, err)
	equal(t, refused(t, narrow.Get("/me/order", nil)).Code, 403)
}

func TestTheEndpointAsAnArgument(t *testing.T) {
	client, err := ovh.NewEndpointClient(running(t).URL + "/1.0")
	must(t, err)
	whoami(t, client)
}

// With a token go-ovh sends no keys and no signature; what nobody need sign for can be called with any.
func TestATokenFromTheEnvironment(t *testing.T) {
	told := running(t)
	inAFolderOfItsOwn(t, "")
	t.Setenv("OVH_ENDPOINT", told.URL+"/1.0")
	t.Setenv("OVH_ACCESS_TOKEN", "nobody's")
	client, err := ovh.NewDefaultClient()
	must(t, err)
	equal(t, client.AppKey, "")
	must(t, client.PostUnAuth("/order/cart", map[string]string{"ovhSubsidiary": "FR"}, nil))
	if refusal := refused(t, client.Get("/me", nil)); refusal.Code != 401 && refusal.Code != 403 {
		t.Fatal(refusal)
	}
}

// inAFolderOfItsOwn runs the rest of the test in an empty folder, but for this ovh.conf.
func inAFolderOfItsOwn(t *testing.T, conf string) {
	t.Helper()
	before, err := os.Getwd()
	must(t, err)
	folder := t.TempDir()
	if conf != "" {
		must(t, os.WriteFile(filepath.Join(folder, "ovh.conf"), []byte(conf), 0o600))
	}
	must(t, os.Chdir(folder))
	t.Cleanup(func() { _ = os.Chdir(before) })
}
