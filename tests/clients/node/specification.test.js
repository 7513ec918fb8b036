// The snippets of the page "Order a Domain Name" in their order, as their authors meant them: the page writes $cartID
// inside quotes where the cart's id is meant. What else was corrected is said above each. A step under a title with
// "(ours)" is one the page names without a snippet.
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { setTimeout: pause } = require("node:timers/promises");

const ordain = require("./ordain.js");

const client = ordain.client();

// The page's `.catch` names the error and leaves what to do with it to the reader.
function fail(err) {
  assert.fail(JSON.stringify(err));
}

test("a domain name is ordered", async () => {
  const { cartID, itemID } = await filled();
  await configured(cartID, itemID);
  await managed(cartID, itemID);
  await paid(await ordered(cartID));
});

async function filled() {
  let cartID, itemID;

  // ## Cart Creation
  // The page leaves out the parameter it requires.
  await client
    .requestPromised("POST", "/order/cart", { ovhSubsidiary: "FR" })
    .then(function(cart) {
      assert.match(cart.cartId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.deepEqual(cart.items, []);
      cartID = cart.cartId;
    })
    .catch(function(err) {
      fail(err);
    });

  // ## Fetch Available Offers
  await client
    .requestPromised("GET", `/order/cart/${cartID}/domain`, {
      domain: "foo.fr"
    })
    .then(function(offers) {
      assert.equal(offers.length, 1);
      assert.equal(offers[0].offerId, "fr-create");
      assert.equal(offers[0].orderable, true);
    })
    .catch(function(err) {
      fail(err);
    });

  // ## Add a Domain Name to the Cart
  await client
    .requestPromised("POST", `/order/cart/${cartID}/domain`, {
      domain: "foo.fr",
      // optional

      planCode: "fr",
      pricingMode: "default-create",
      quantity: 1,
      duration: "P1Y",

      // deprecated
      offerId: "fr-create"
    })
    .then(function(item) {
      assert.equal(item.cartId, cartID);
      assert.equal(item.settings.domain, "foo.fr");
      assert.equal(item.settings.pricingMode, "create-default");
      itemID = item.itemId;
    })
    .catch(function(err) {
      fail(err);
    });

  // ## Cart Summary
  await client
    .requestPromised("GET", `/order/cart/${cartID}/summary`)
    .then(function(summary) {
      assert.equal(summary.orderId, null);
      assert.equal(summary.details[0].domain, "*001.001");
      const total = summary.prices.withTax;
      assert.equal(total.text, `${total.value.toFixed(2)} €`);
    })
    .catch(function(err) {
      fail(err);
    });

  // ## Assigning the Cart (ours)
  assert.equal(await client.requestPromised("POST", `/order/cart/${cartID}/assign`), null);
  return { cartID, itemID };
}

async function configured(cartID, itemID) {
  // ## Fetch Required Configurations
  await client
    .requestPromised(
      "GET",
      `/order/cart/${cartID}/item/${itemID}/requiredConfiguration`
    )
    .then(function(requiredConfigurations) {
      const labels = requiredConfigurations.map(one => one.label);
      assert.deepEqual(labels, ["OWNER_LEGAL_AGE", "OWNER_CONTACT", "ADMIN_ACCOUNT", "TECH_ACCOUNT", "DNS"]);
    })
    .catch(function(err) {
      fail(err);
    });

  // ## Add Configuration
  // The page's contact is number 1234, ours is made here.
  const contact = await client.requestPromised("POST", "/me/contact", owner);
  let configuration;
  await client
    .requestPromised("POST", `/order/cart/${cartID}/item/${itemID}/configuration`, {
      label: "OWNER_CONTACT",
      value: `/me/contact/${contact.id}`
    })
    .then(function(item) {
      configuration = item;
      assert.deepEqual(item, { id: item.id, label: "OWNER_CONTACT", value: `/me/contact/${contact.id}` });
    })
    .catch(function(err) {
      fail(err);
    });

  // ## Fetch Product Configurations (ours)
  const all = `/order/cart/${cartID}/item/${itemID}/configuration`;
  assert.deepEqual(await client.requestPromised("GET", all), [configuration.id]);

  // ## Fetch Configuration Value (ours)
  assert.deepEqual(await client.requestPromised("GET", `${all}/${configuration.id}`), configuration);

  // ## Configuration Removal (ours)
  assert.equal(await client.requestPromised("DELETE", `${all}/${configuration.id}`), null);
  assert.deepEqual(await client.requestPromised("GET", all), []);
  const { label, value } = configuration;
  await client.requestPromised("POST", all, { label, value });
  await client.requestPromised("POST", all, { label: "OWNER_LEGAL_AGE", value: true });
}

async function managed(cartID, itemID) {
  const second = await client.requestPromised("POST", `/order/cart/${cartID}/domain`, { domain: "baz.fr" });

  // ## Fetch Items (ours)
  const cart = await client.requestPromised("GET", `/order/cart/${cartID}`);
  assert.deepEqual(cart.items, [itemID, second.itemId]);

  // ## Fetch Item Details (ours)
  const path = `/order/cart/${cartID}/item/${second.itemId}`;
  assert.deepEqual(await client.requestPromised("GET", path), second);

  // ## Item Removal (ours)
  assert.equal(await client.requestPromised("DELETE", path), null);
  assert.deepEqual((await client.requestPromised("GET", `/order/cart/${cartID}`)).items, [itemID]);
}

async function ordered(cartID) {
  // ## Cart Validation (ours)
  const validation = await client.requestPromised("GET", `/order/cart/${cartID}/checkout`);
  assert.equal(validation.orderId, null);

  // ## Create Purchase Order (ours)
  const order = await client.requestPromised("POST", `/order/cart/${cartID}/checkout`, {
    autoPayWithPreferredPaymentMethod: false,
    waiveRetractationPeriod: true
  });
  assert.deepEqual(order.prices, validation.prices);
  return order.orderId;
}

async function paid(orderID) {
  // ## Fetch Available Payment Methods
  await client
    .requestPromised("GET", `/me/order/${orderID}/availableRegisteredPaymentMean`)
    .then(function(result) {
      assert.deepEqual(result, [{ paymentMean: "fidelityAccount" }, { paymentMean: "ovhAccount" }]);
    })
    .catch(function(err) {
      fail(err);
    });

  // ## Pay Purchase Order
  // The page posts to /order/cart, and has one ".then" too many.
  await client
    .requestPromised("POST", `/me/order/${orderID}/payWithRegisteredPaymentMean`, {
      paymentMean: "fidelityAccount"
    })
    .then(function() {})
    .catch(function(err) {
      fail(err);
    });

  // ## Purchase Order Follow-up
  let status;
  for (const until = Date.now() + 20000; status !== "delivered" && Date.now() < until; await pause(50)) {
    await client
      .requestPromised("GET", `/me/order/${orderID}/status`)
      .then(function(result) {
        status = result;
      })
      .catch(function(err) {
        fail(err);
      });
  }
  assert.equal(status, "delivered");
  assert.equal((await client.requestPromised("GET", "/domain/foo.fr")).domain, "foo.fr");
}

// The registry of .fr wants to know where a person was born.
const owner = {
  address: { country: "FR", line1: "2 rue Kellermann", city: "Roubaix", zip: "59100" },
  birthCity: "Roubaix",
  birthCountry: "FR",
  birthDay: "1990-05-17",
  birthZip: "59100",
  email: "owner@example.org",
  firstName: "Owner",
  language: "fr_FR",
  lastName: "Of Foo",
  legalForm: "individual",
  phone: "+33.320000000"
};
