// Consumer keys a person grants, and OAuth2, as node-ovh knows them.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const { test } = require("node:test");

const ovh = require("@ovhcloud/node-ovh");
const { told, client, newCart, refused } = require("./ordain.js");

const wide = client();

/** A client of the application without a consumer key. */
const unknown = () => client({ ...told.wide, consumer_key: undefined });

/** The person who sits beside the program opens the page and decides: where it leads them back to. */
function decide(decision, asked) {
  console.log(decision, asked.validationUrl);
  const line = Buffer.alloc(2000);
  return line.toString("utf8", 0, fs.readSync(0, line)).trim();
}

/** A consumer key that a person granted for everything, and a client that has it. */
async function granted() {
  const of = unknown();
  const accessRules = ["GET", "POST", "PUT", "DELETE"].map(method => ({ method, path: "/*" }));
  const asked = await of.requestPromised("POST", "/auth/credential", { accessRules });
  decide("accept", asked);
  return client({ ...told.wide, consumer_key: asked.consumerKey });
}

test("a consumer key is asked for and granted", async () => {
  const of = unknown();
  const asked = await new Promise((resolve, reject) => of.request("POST", "/auth/credential", {
    accessRules: [{ method: "GET", path: "/me" }, { method: "POST", path: "/order/*" }],
    redirection: "http://localhost:1/back#here",
  }, (error, answer) => (error ? reject(new Error(`${error} ${answer}`)) : resolve(answer))));
  assert.deepEqual(Object.keys(asked).sort(), ["consumerKey", "state", "validationUrl"]);
  assert.equal(asked.state, "pendingValidation");
  of.consumerKey = asked.consumerKey;
  assert.deepEqual(await refused(of.requestPromised("GET", "/me")),
    { error: 403, message: "This credential is not valid" });

  const back = new URL(decide("accept", asked));
  assert.equal(back.searchParams.get("credentialState"), "validated");
  assert.equal(back.hash, "#here");
  const { nichandle } = await wide.requestPromised("GET", "/me");
  assert.equal((await of.requestPromised("GET", "/me")).nichandle, nichandle);
  assert.ok(await newCart(of));
  for (const [method, path] of [["GET", "/me/order"], ["PUT", "/me"], ["GET", "/order/cart"]]) {
    assert.deepEqual(await refused(of.requestPromised(method, path)),
      { error: 403, message: "This call has not been granted" });
  }
});

test("a consumer key is refused", async () => {
  const of = unknown();
  const accessRules = [{ method: "GET", path: "/*" }];
  const asked = await of.requestPromised("POST", "/auth/credential", { accessRules });
  assert.equal(decide("refuse", asked), "");
  of.consumerKey = asked.consumerKey;
  assert.deepEqual(await refused(of.requestPromised("GET", "/me")),
    { error: 403, message: "This credential is not valid" });
});

test("a consumer key cannot log itself out, for it signs no path with /auth; its account withdraws it", async () => {
  const before = await wide.requestPromised("GET", "/me/api/credential");
  const of = await granted();
  assert.deepEqual(await refused(of.requestPromised("POST", "/auth/logout")),
    { error: 401, message: "You must login first" });
  const after = await of.requestPromised("GET", "/me/api/credential", { status: "validated" });
  const [credentialId] = after.filter(one => !before.includes(one));
  const { rules } = await of.requestPromised("GET", "/me/api/credential/{credentialId}", { credentialId });
  assert.deepEqual(rules.map(rule => `${rule.method} ${rule.path}`), ["GET /*", "POST /*", "PUT /*", "DELETE /*"]);
  assert.equal(await of.requestPromised("DELETE", "/me/api/credential/{credentialId}", { credentialId }), null);
  assert.deepEqual(await refused(of.requestPromised("GET", "/me")),
    { error: 403, message: "This credential does not exist" });
});

test("what cannot be asked for", async () => {
  const rule = { method: "GET", path: "/me" };
  for (const wish of [
    {},
    { accessRules: [] },
    { accessRules: rule },
    { accessRules: "GET /me" },
    { accessRules: [rule, null] },
    { accessRules: [{ method: "PATCH", path: "/me" }] },
    { accessRules: [{ method: "get", path: "/me" }] },
    { accessRules: [{ method: "GET", path: "me" }] },
    { accessRules: [rule], redirection: "javascript:alert(1)" },
    { accessRules: [rule], redirection: 7 },
    { accessRules: [rule], allowedIPs: ["everywhere"] },
  ]) {
    assert.equal((await refused(unknown().requestPromised("POST", "/auth/credential", wish))).error, 400);
  }
  const nobody = client({ application_key: "x".repeat(16), application_secret: "x".repeat(32) });
  assert.deepEqual(await refused(nobody.requestPromised("POST", "/auth/credential", { accessRules: [rule] })),
    { error: 403, message: "This application key is invalid" });
});

// OAuth2

/** A client with its own id and secret; tokenURL is what Ordain's is without the end that node-ovh adds. */
function bearer({ clientId, clientSecret }, changed = {}) {
  return ovh({
    host: told.tlsHost,
    port: told.tlsPort,
    clientID: clientId,
    clientSecret,
    tokenURL: `${told.tlsUrl}/auth/`,
    ...changed,
  });
}

const robot = () => wide.requestPromised("POST", "/me/api/oauth2/client",
  { name: "robot", description: "acts alone", flow: "CLIENT_CREDENTIALS" });

test("an OAuth2 client orders with its token", async () => {
  const of = bearer(await robot());
  const { nichandle } = await wide.requestPromised("GET", "/me");
  assert.equal((await of.requestPromised("GET", "/me")).nichandle, nichandle);
  const cart = `/order/cart/${await newCart(of)}`;
  await of.requestPromised("PUT", cart, { description: "Été 🜁" });
  assert.equal((await of.requestPromised("GET", cart)).description, "Été 🜁");
  await of.requestPromised("POST", `${cart}/domain`, { domain: "robot-node.fr" });
  const { orderId } = await of.requestPromised("POST", `${cart}/checkout`);
  assert.ok((await wide.requestPromised("GET", "/me/order")).includes(orderId));
  assert.deepEqual(await refused(of.requestPromised("GET", "/me/order/1")).then(({ error }) => error), 404);
});

test("with a token it is heard on paths with /auth too", async () => {
  const of = bearer(await robot());
  const details = await of.requestPromised("GET", "/auth/details");
  assert.equal(details.method, "oauth2_client_credentials");
  assert.equal((await of.requestPromised("GET", "/auth/currentCredential")).status, "validated");
  assert.equal(await of.requestPromised("POST", "/auth/logout"), null);
  assert.deepEqual(await refused(of.requestPromised("GET", "/me")),
    { error: 401, message: "This access token is not valid, or its time is over" });
});

test("a token is used for its hour, and fetched anew when that is over", async t => {
  const tokens = async () => (await wide.requestPromised("GET", "/me/api/oauth2/token")).length;
  const of = bearer(await robot());
  const before = await tokens();
  await of.requestPromised("GET", "/me");
  await of.requestPromised("GET", "/me");
  assert.equal(await tokens(), before + 1);
  const first = of.accessToken.token.access_token;
  const now = Date.now;
  Date.now = () => now() + 3599 * 1000;
  try {
    await of.requestPromised("GET", "/me");
  } finally {
    Date.now = now;
  }
  assert.notEqual(of.accessToken.token.access_token, first);
  assert.equal(await tokens(), before + 2);
});

test("a secret that is wrong", async () => {
  const made = await robot();
  for (const wrong of [{ clientSecret: "x" }, { clientSecret: `${made.clientSecret}x` }, { clientId: "nobody" }]) {
    const { error } = await refused(bearer({ ...made, ...wrong }).requestPromised("GET", "/me"));
    assert.equal(error.statusCode, 401);
    assert.equal(error.error, "Unauthorized");
    assert.equal(error.message.error, "invalid_client");
    assert.match(error.message.error_description, /not known/);
  }
});

test("tokenURL ends with a slash; one of the API's version leads to the tokens too", async () => {
  const made = await robot();
  for (const tokenURL of [`${told.tlsUrl}/1.0/auth/`, `${told.tlsUrl}/v1/auth/`]) {
    assert.equal((await bearer(made, { tokenURL }).requestPromised("GET", "/me")).country, "FR");
  }
  const { error } = await refused(bearer(made, { tokenURL: `${told.tlsUrl}/auth` }).requestPromised("GET", "/me"));
  assert.equal(error.statusCode, 404);
});

test("keys and a client's id are not for one client", () => {
  const both = { appKey: "x", appSecret: "x" };
  assert.throws(() => bearer({ clientId: "x", clientSecret: "x" }, both), /Cannot use both/);
  assert.throws(() => bearer({ clientId: "x", clientSecret: "x" }, { tokenURL: undefined }), /does not support OAuth2/);
});
