// The running server the tests are started beside: ordain.json in the folder they are started in
// (tests/clients/driven.py), and unmodified node-ovh clients for it.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const ovh = require("@ovhcloud/node-ovh");

const told = JSON.parse(fs.readFileSync("ordain.json", "utf8"));

function client(keys = told.wide, changed = {}) {
  return ovh({
    host: told.tlsHost,
    port: told.tlsPort,
    appKey: keys.application_key,
    appSecret: keys.application_secret,
    consumerKey: keys.consumer_key,
    ...changed,
  });
}

/** The id of a new cart that is the account's. */
async function newCart(of) {
  const { cartId } = await of.requestPromised("POST", "/order/cart", { ovhSubsidiary: "FR" });
  await of.requestPromised("POST", `/order/cart/${cartId}/assign`);
  return cartId;
}

/** node-ovh's error for a call that is refused: {error: status, message}. */
async function refused(promise) {
  try {
    const answer = await promise;
    assert.fail(`it was not refused: ${JSON.stringify(answer)}`);
  } catch (err) {
    if (err instanceof assert.AssertionError) throw err;
    assert.deepEqual(Object.keys(err), ["error", "message"]);
    return err;
  }
}

module.exports = { told, client, newCart, refused };
