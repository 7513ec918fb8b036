// Refusals as node-ovh's errors: {error: status, message}.
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { told, client, newCart, refused } = require("./ordain.js");

const wide = client();

/** A call is refused with this status, and these words in its message. */
async function expect(status, words, promise) {
  const { error, message } = await refused(promise);
  assert.equal(error, status, message);
  assert.match(message, words);
}

test("what does not exist", async () => {
  for (const path of ["/me/order/999999", "/me/contact/77", "/order/cart/no-such-cart"]) {
    await expect(404, /./, wide.requestPromised("GET", path));
  }
  for (const path of ["/domain/never-bought.fr", "/domain/zone/none.fr"]) {
    await expect(404, /^This service does not exist$/, wide.requestPromised("GET", path));
  }
  await expect(404, /^Got an invalid \(or empty\) URL$/, wide.requestPromised("GET", "/no/such/route"));
});

test("a call at an address that is no URL of the API, as the page's $cartID inside quotes is", async () => {
  await expect(404, /./, wide.requestPromised("GET", "/order/cart/$cartID/summary"));
  await expect(404, /./, wide.requestPromised("GET", "/order/cart/{cartId}/summary"));
  await expect(404, /./, wide.requestPromised("PATCH", "/me"));
});

test("what does not fit", async () => {
  const cart = `/order/cart/${await newCart(wide)}/domain`;
  await expect(400, /^ovhSubsidiary is required$/, wide.requestPromised("POST", "/order/cart"));
  await expect(400, /ovhSubsidiary/, wide.requestPromised("POST", "/order/cart", { ovhSubsidiary: "XX" }));
  await expect(400, /^domain/, wide.requestPromised("GET", cart));
  await expect(400, /^domain/, wide.requestPromised("POST", cart, { domain: ["foo.fr"] }));
  await expect(400, /quantity/, wide.requestPromised("POST", cart, { domain: "two.fr", quantity: 2 }));
  await expect(400, /JSON object|Expected/, wide.requestPromised("POST", cart, ["foo.fr"]));
});

test("keys that are wrong", async () => {
  const wrong = changed => client({ ...told.wide, ...changed }).requestPromised("GET", "/me");
  await expect(400, /^Invalid signature$/, wrong({ application_secret: "x".repeat(32) }));
  await expect(403, /^This application key is invalid$/, wrong({ application_key: "x".repeat(16) }));
  await expect(403, /^This credential does not exist$/, wrong({ consumer_key: "x".repeat(32) }));
  await expect(403, /^This call has not been granted$/, client(told.narrow).requestPromised("GET", "/me/order"));
  await expect(400, /^Query out of time$/, client(told.wide, { apiTimeDiff: -3600 }).requestPromised("GET", "/me"));
});

test("conflicts", async () => {
  const cart = `/order/cart/${await newCart(wide)}`;
  await wide.requestPromised("POST", `${cart}/domain`, { domain: "conflict.fr" });
  const { orderId } = await wide.requestPromised("POST", `${cart}/checkout`, {});
  await expect(409, new RegExp(orderId), wide.requestPromised("POST", `${cart}/checkout`, {}));
  const pay = `/me/order/${orderId}/payWithRegisteredPaymentMean`;
  await expect(403, /paypal/, wide.requestPromised("POST", pay, { paymentMean: "paypal", paymentMeanId: 1 }));
  await wide.requestPromised("POST", pay, { paymentMean: "fidelityAccount" });
  await expect(409, /already paid/, wide.requestPromised("POST", pay, { paymentMean: "fidelityAccount" }));
});
