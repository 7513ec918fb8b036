// The habits of node-ovh's calls: where it calls, what it sends, and what it makes of answers.
"use strict";

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { test } = require("node:test");

const { told, client, newCart, refused } = require("./ordain.js");

const wide = client();

test("it signs without the port, and is believed", async () => {
  assert.notEqual(told.tlsPort, 443);
  const signed = [];
  const watched = client();
  const sign = watched.signRequest;
  watched.signRequest = function(method, url, ...rest) {
    signed.push(url);
    return sign.call(this, method, url, ...rest);
  };
  await watched.requestPromised("GET", "/me");
  assert.deepEqual(signed, [`https://${told.tlsHost}/1.0/me`]);
});

test("host, port and basePath say where", async () => {
  const { nichandle } = await wide.requestPromised("GET", "/me");
  for (const changed of [{ host: "localhost" }, { basePath: "/1.0" }, { basePath: "/v1" }]) {
    assert.equal((await client(told.wide, changed).requestPromised("GET", "/me")).nichandle, nichandle);
  }
  assert.equal((await wide.requestPromised("GET", "/v1/me")).nichandle, nichandle);
  const elsewhere = await refused(client(told.wide, { basePath: "/2.0" }).requestPromised("GET", "/me"));
  assert.equal(elsewhere.error, "[OVH] Unable to fetch OVH API time");
});

test("a server nobody told it to trust is not trusted", () => {
  const environment = { ...process.env };
  delete environment.NODE_EXTRA_CA_CERTS;
  const program = `
    require(${JSON.stringify(require.resolve("./ordain.js"))}).client(undefined, { apiTimeDiff: 1 })
      .requestPromised("GET", "/me").catch(err => console.log(err.error.code));`;
  const ended = spawnSync(process.execPath, ["-e", program], { env: environment, encoding: "utf8" });
  assert.match(ended.stdout, /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)\n$/, ended.stderr);
});

test("parameters go into the path by name, and the rest stays", async () => {
  const cartId = await newCart(wide);
  const offers = await wide.requestPromised("GET", "/order/cart/{cartId}/domain", { cartId, domain: "path.fr" });
  assert.equal(offers[0].orderable, true);
  const item = await wide.requestPromised("POST", "/order/cart/{cartId}/domain", { cartId, domain: "path.fr" });
  const path = "/order/cart/{cartId}/item/{itemId}";
  assert.deepEqual(await wide.requestPromised("GET", path, { cartId, itemId: item.itemId }), item);
  assert.equal(await wide.requestPromised("DELETE", path, { cartId, itemId: item.itemId }), null);
  const changed = { cartId, description: "by name" };
  assert.equal((await wide.requestPromised("PUT", "/order/cart/{cartId}", changed)).description, "by name");
});

test("null and undefined are not sent, in a query or in a body", async () => {
  const nothing = { description: null, expire: undefined };
  const cart = await wide.requestPromised("POST", "/order/cart", { ovhSubsidiary: "FR", ...nothing });
  assert.equal(cart.description, "");
  const carts = await wide.requestPromised("GET", "/order/cart", { ...nothing });
  assert.ok(Array.isArray(carts));
});

test("an array in a query repeats its key", async () => {
  const cartId = await newCart(wide);
  const offers = await wide.requestPromised("GET", `/order/cart/${cartId}/domain`, { domain: ["one.fr", "two.fr"] });
  assert.equal(offers.length, 1);
});

test("texts beyond ASCII are escaped in bodies and percent-encoded in queries", async () => {
  const description = "Été à Orléans <&> “日本” 🜁 +%20";
  const { cartId } = await wide.requestPromised("POST", "/order/cart", { ovhSubsidiary: "FR", description });
  await wide.requestPromised("POST", `/order/cart/${cartId}/assign`, {});
  assert.equal((await wide.requestPromised("GET", `/order/cart/${cartId}`)).description, description);
  assert.ok((await wide.requestPromised("GET", "/order/cart", { description })).includes(cartId));
  assert.equal((await wide.requestPromised("GET", `/order/cart/${cartId}/domain`, { domain: "café.fr" })).length, 1);
});

test("nothing to send is no body at all, under a Content-Type that says JSON", async () => {
  const cartId = await newCart(wide);
  await wide.requestPromised("POST", `/order/cart/${cartId}/domain`, { domain: "no-body.fr" });
  const order = await wide.requestPromised("POST", `/order/cart/${cartId}/checkout`);
  assert.equal(typeof order.orderId, "number");
});

test("a client without consumer key calls what nobody need sign for", async () => {
  const anonymous = client({ ...told.wide, consumer_key: undefined });
  const { cartId } = await anonymous.requestPromised("POST", "/order/cart", { ovhSubsidiary: "FR" });
  assert.equal((await anonymous.requestPromised("GET", `/order/cart/${cartId}`)).cartId, cartId);
  assert.deepEqual(await refused(anonymous.requestPromised("GET", "/me")),
    { error: 401, message: "You must login first" });
});

test("paths with /auth carry no signature: the time can be had, who is asking cannot", async () => {
  const now = await wide.requestPromised("GET", "/auth/time");
  assert.ok(Math.abs(now - Date.now() / 1000) < 5);
  for (const path of ["/auth/currentCredential", "/auth/details"]) {
    assert.deepEqual(await refused(wide.requestPromised("GET", path)), { error: 401, message: "You must login first" });
  }
});

test("callbacks are called with error and answer", async () => {
  const called = (method, path, params) =>
    new Promise(resolve => wide.request(method, path, params, (error, answer) => resolve([error, answer])));
  const [none, me] = await called("GET", "/me", {});
  assert.equal(none, null);
  assert.equal(me.country, "FR");
  assert.deepEqual(await called("GET", "/domain/never-bought.fr", {}), [404, "This service does not exist"]);
});

test("many calls at once are all answered", async () => {
  const all = Array.from({ length: 32 }, () => wide.requestPromised("POST", "/order/cart", { ovhSubsidiary: "FR" }));
  assert.equal(new Set((await Promise.all(all)).map(cart => cart.cartId)).size, 32);
});

test("a timeout and the time given beforehand change nothing for a server that answers", async () => {
  const now = await wide.requestPromised("GET", "/auth/time");
  const patient = client(told.wide, { timeout: 20000, apiTimeDiff: now - Math.round(Date.now() / 1000) || 1 });
  assert.equal((await patient.requestPromised("GET", "/me")).country, "FR");
});

test("the schemas it loads know the calls it makes", async () => {
  const warned = [];
  const warn = (...words) => warned.push(words.join(" "));
  const schooled = client(told.wide, { apis: ["order", "me", "domain"], warn });
  const cartId = await newCart(schooled);
  await schooled.requestPromised("GET", `/order/cart/${cartId}/domain`, { domain: "schooled.fr" });
  await schooled.requestPromised("GET", "/order/cart/{cartId}", { cartId });
  await schooled.requestPromised("GET", "/domain");
  await schooled.requestPromised("GET", "/auth/time");
  assert.deepEqual(warned, []);
  await refused(schooled.requestPromised("GET", "/me/nothing/such"));
  assert.deepEqual(warned, ["[OVH] Your call /me/nothing/such was not found in the API schemas."]);
  await refused(schooled.requestPromised("PUT", "/order/cart"));
  assert.equal(warned[1], "[OVH] The method PUT for the API call /order/cart was not found in the API schemas.");
});
