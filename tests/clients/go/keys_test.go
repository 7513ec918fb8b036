package clients

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ovh/go-ovh/ovh"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Consumer keys a person grants, and OAuth2, as go-ovh knows them.

// unknown is a client of the application without a consumer key.
func unknown(t *testing.T) *ovh.Client {
	t.Helper()
	made := wide(t)
	made.ConsumerKey = "" // an empty argument would be looked up in ovh.conf
	return made
}

// decide has the person who sits beside the program open the page and decide: where it leads them back to.
func decide(t *testing.T, decision string, state *ovh.CkValidationState) string {
	t.Helper()
	equal(t, state.State, "pendingValidation")
	fmt.Println(decision, state.ValidationURL)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	must(t, err)
	return strings.TrimSpace(line)
}

// is checks an API error by its status and message.
func is(t *testing.T, err error, code int, message string) {
	t.Helper()
	refusal := refused(t, err)
	equal(t, refusal.Code, code)
	equal(t, refusal.Message, message)
}

func TestAConsumerKeyIsAskedForAndGranted(t *testing.T) {
	client := unknown(t)
	request := client.NewCkRequestWithRedirection("http://localhost:1/back?from=go")
	request.AddRules(ovh.ReadOnly, "/me")
	request.AddRecursiveRules(ovh.ReadWriteSafe, "/order")
	request.AddRule("GET", "/auth/*")
	state, err := request.Do()
	must(t, err)
	equal(t, client.ConsumerKey, state.ConsumerKey)
	is(t, client.Get("/me", nil), 403, "This credential is not valid")

	equal(t, decide(t, "accept", state), "http://localhost:1/back?from=go&credentialState=validated")
	equal(t, whoami(t, client), whoami(t, wide(t)))
	must(t, client.Put("/order/cart/"+newCart(t, client), map[string]string{"description": "granted"}, nil))
	is(t, client.Get("/me/order", nil), 403, "This call has not been granted")
	is(t, client.Delete("/order/cart/any", nil), 403, "This call has not been granted")
	is(t, client.Post("/auth/logout", nil, nil), 403, "This call has not been granted")

	var credential struct {
		Status string           `json:"status"`
		Rules  []ovh.AccessRule `json:"rules"`
	}
	must(t, client.Get("/auth/currentCredential", &credential))
	equal(t, credential.Status, "validated")
	equal(t, fmt.Sprint(credential.Rules), fmt.Sprint(request.AccessRules))
	// Another client with this key is the same.
	told := running(t)
	for _, url := range []string{told.URL, told.TLSURL} {
		again, err := ovh.NewClient(url+"/1.0", told.Wide.ApplicationKey, told.Wide.ApplicationSecret, state.ConsumerKey)
		must(t, err)
		whoami(t, again)
	}
}

func TestAConsumerKeyIsRefused(t *testing.T) {
	client := unknown(t)
	request := client.NewCkRequest()
	request.AddRecursiveRules(ovh.ReadWrite, "/")
	state, err := request.Do()
	must(t, err)
	equal(t, decide(t, "refuse", state), "")
	is(t, client.Get("/me", nil), 403, "This credential is not valid")
}

func TestAConsumerKeyIsLoggedOut(t *testing.T) {
	client := unknown(t)
	request := client.NewCkRequest()
	request.AddRecursiveRules(ovh.ReadWrite, "/")
	state, err := request.Do()
	must(t, err)
	decide(t, "accept", state)
	whoami(t, client)
	must(t, client.Post("/auth/logout", nil, nil))
	is(t, client.Get("/me", nil), 403, "This credential does not exist")
}

func TestWhatCannotBeAskedFor(t *testing.T) {
	client := unknown(t)
	for _, rules := range [][]ovh.AccessRule{
		{},
		{{Method: "PATCH", Path: "/me"}},
		{{Method: "", Path: "/me"}},
		{{Method: "GET", Path: "me"}},
		{{Method: "GET", Path: ""}},
		{{Method: "GET", Path: "/" + strings.Repeat("x", 5000)}},
	} {
		request := client.NewCkRequest()
		request.AccessRules = rules
		_, err := request.Do()
		refusal := refused(t, err)
		equal(t, refusal.Code, 400)
		equal(t, client.ConsumerKey, "")
	}
	request := client.NewCkRequestWithRedirection("javascript:alert(1)")
	request.AddRule("GET", "/me")
	_, err := request.Do()
	equal(t, refused(t, err).Code, 400)

	client.AppKey = strings.Repeat("x", 16)
	request = client.NewCkRequest()
	request.AddRule("GET", "/me")
	_, err = request.Do()
	is(t, err, 403, "This application key is invalid")
}

// robot is an OAuth2 client that was just made, as golang.org/x/oauth2, which go-ovh has its tokens from, knows it.
func robot(t *testing.T) clientcredentials.Config {
	t.Helper()
	var made struct {
		ID     string `json:"clientId"`
		Secret string `json:"clientSecret"`
	}
	wanted := map[string]string{"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
	must(t, wide(t).Post("/me/api/oauth2/client", wanted, &made))
	return clientcredentials.Config{
		ClientID:     made.ID,
		ClientSecret: made.Secret,
		TokenURL:     running(t).URL + "/auth/oauth2/token",
		Scopes:       []string{"all"},
	}
}

func TestAnAccessToken(t *testing.T) {
	told := running(t)
	config := robot(t)
	token, err := config.Token(context.Background())
	must(t, err)
	nic := whoami(t, wide(t))

	// It is not taken beside the keys that ovh.conf has for this URL.
	_, err = ovh.NewAccessTokenClient(told.URL+"/1.0", token.AccessToken)
	equal(t, fmt.Sprint(err), "can't use multiple authentication methods: application_key/application_secret, access_token")
	inAFolderOfItsOwn(t, "")
	client, err := ovh.NewAccessTokenClient(told.URL+"/1.0", token.AccessToken)
	must(t, err)
	equal(t, whoami(t, client), nic)
	must(t, client.Post("/order/cart/"+newCart(t, client)+"/domain", map[string]string{"domain": "token.fr"}, nil))
	var details struct {
		Method string `json:"method"`
	}
	must(t, client.Get("/auth/details", &details))
	equal(t, details.Method, "oauth2_client_credentials")

	inAFolderOfItsOwn(t, fmt.Sprintf("[default]\nendpoint=%[1]s/1.0\n\n[%[1]s/1.0]\naccess_token=%[2]s\n", told.URL, token.AccessToken))
	client, err = ovh.NewDefaultClient()
	must(t, err)
	equal(t, whoami(t, client), nic)

	inAFolderOfItsOwn(t, "")
	t.Setenv("OVH_ENDPOINT", told.TLSURL+"/1.0")
	t.Setenv("OVH_ACCESS_TOKEN", token.AccessToken)
	client, err = ovh.NewDefaultClient()
	must(t, err)
	equal(t, whoami(t, client), nic)

	// What renews tokens outweighs the one it was made with.
	renewing, err := ovh.NewAccessTokenClient(told.URL+"/1.0", "spent")
	must(t, err)
	renewing.Client = oauth2.NewClient(context.Background(), config.TokenSource(context.Background()))
	equal(t, whoami(t, renewing), nic)

	must(t, client.Post("/auth/logout", nil, nil))
	equal(t, whoami(t, renewing), nic)
	message := "This access token is not valid, or its time is over"
	is(t, client.Get("/me", nil), 401, message)
	t.Setenv("OVH_ACCESS_TOKEN", "made-up")
	client, err = ovh.NewDefaultClient()
	must(t, err)
	is(t, client.Get("/me", nil), 401, message)
}

func TestASecretThatIsWrong(t *testing.T) {
	config := robot(t)
	config.ClientSecret += "x"
	_, err := config.Token(context.Background())
	if err == nil || !strings.Contains(err.Error(), `"invalid_client"`) {
		t.Fatalf("the token was not refused as OAuth2 has it: %v", err)
	}
}

// go-ovh itself refuses to fetch tokens for an endpoint it does not know.
func TestClientIDsAreForEndpointsWithANameOnly(t *testing.T) {
	told := running(t)
	config := robot(t)
	inAFolderOfItsOwn(t, "")
	_, err := ovh.NewOAuth2Client(told.URL+"/1.0", config.ClientID, config.ClientSecret)
	equal(t, fmt.Sprint(err), fmt.Sprintf("oauth2 authentication is not compatible with endpoint %q", told.URL+"/1.0"))

	t.Setenv("OVH_CLIENT_ID", config.ClientID)
	t.Setenv("OVH_CLIENT_SECRET", config.ClientSecret)
	_, err = ovh.NewAccessTokenClient(told.URL+"/1.0", "any")
	equal(t, fmt.Sprint(err), "can't use multiple authentication methods: client_id/client_secret, access_token")
}

// ours is the way to every server of OVHcloud's, for a program that is given another one.
type ours struct{ url string }

func (to ours) RoundTrip(request *http.Request) (*http.Response, error) {
	again := request.Clone(request.Context())
	again.URL.Scheme, again.URL.Host, _ = strings.Cut(to.url, "://")
	again.Host = ""
	return (&http.Transport{}).RoundTrip(again)
}

// Where the names of OVHcloud's servers lead here, go-ovh fetches its tokens itself.
func TestClientIDsWhereTheNamesLeadHere(t *testing.T) {
	config := robot(t)
	nic := whoami(t, wide(t))
	kept := http.DefaultTransport
	http.DefaultTransport = ours{running(t).URL}
	t.Cleanup(func() { http.DefaultTransport = kept })
	inAFolderOfItsOwn(t, "")
	for _, name := range []string{"ovh-eu", "ovh-ca", "ovh-us"} {
		client, err := ovh.NewOAuth2Client(name, config.ClientID, config.ClientSecret)
		must(t, err)
		equal(t, whoami(t, client), nic)
	}
	client, err := ovh.NewOAuth2Client("ovh-eu", config.ClientID, "wrong")
	must(t, err)
	err = client.Get("/me", nil)
	if err == nil || !strings.HasPrefix(err.Error(), "failed to retrieve OAuth2 Access Token: ") {
		t.Fatalf("a wrong secret was taken: %v", err)
	}
}
