"""Where the unmodified `ovh` finds its settings: arguments, environment, files; and its calls over TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import certifi

from tests.clients.python.program import run_program

if TYPE_CHECKING:
    from tests.clients.driven import Driven

CONF = """\
[default]
endpoint=ovh-eu

[ovh-eu]
application_key={0.application_key}
application_secret={0.application_secret}
consumer_key={0.consumer_key}
"""

ME = ("Me", 'nic = ovh.Client().get("/me")["nichandle"]')
ORDERS = (
    "Orders",
    """
try:
    orders = ovh.Client().get("/me/order")
except ovh.exceptions.NotGrantedCall as refusal:
    orders = str(refusal)
""",
)


def held(driven: Driven, *steps: tuple[str, str], conf: str = "", **environment: str) -> dict[str, Any]:
    """What every name held in the end."""
    return list(run_program(list(steps), driven.installation, conf, **environment).values())[-1]


def test_keys_from_a_file(driven: Driven) -> None:
    assert held(driven, ME)["nic"].startswith("dc")
    assert "has not been granted" in held(driven, ORDERS, conf=CONF.format(driven.told.narrow))["orders"]


def test_the_environment_outweighs_the_file(driven: Driven) -> None:
    wide = driven.told.wide
    environment = {
        "OVH_APPLICATION_KEY": wide.application_key,
        "OVH_APPLICATION_SECRET": wide.application_secret,
        "OVH_CONSUMER_KEY": wide.consumer_key,
    }
    assert held(driven, ORDERS, conf=CONF.format(driven.told.narrow), **environment)["orders"] == []
    nothing = "[default]\n"
    assert held(driven, ME, conf=nothing, OVH_ENDPOINT="ovh-eu", **environment)["nic"].startswith("dc")


def test_a_file_named_in_the_program(driven: Driven) -> None:
    (driven.folder / "elsewhere.conf").write_text(CONF.format(driven.told.wide))
    named = ("Named", 'nic = ovh.Client(config_file="elsewhere.conf").get("/me")["nichandle"]')
    assert held(driven, named, conf="[default]\n")["nic"].startswith("dc")


def test_a_file_in_the_home_folder(driven: Driven) -> None:
    home = driven.folder / "home"
    home.mkdir()
    (home / ".ovh.conf").write_text(CONF.format(driven.told.wide))
    assert held(driven, ME, conf="[default]\n", HOME=str(home))["nic"].startswith("dc")


def test_every_endpoint_it_knows_may_be_ours(driven: Driven) -> None:
    """Its ENDPOINTS are a dictionary: any of its names can be given our address."""
    wide = driven.told.wide
    code = f"""
for name in list(ovh.client.ENDPOINTS):
    ovh.client.ENDPOINTS[name] = "{driven.told.url}/1.0"
people = [
    ovh.Client(name, "{wide.application_key}", "{wide.application_secret}", "{wide.consumer_key}").get("/me")
    for name in ovh.client.ENDPOINTS
]
"""
    people = held(driven, ("Everywhere", code))["people"]
    assert len(people) >= 7
    assert len({person["nichandle"] for person in people}) == 1


OVER_TLS = """
ovh.client.ENDPOINTS["ovh-eu"] = "{0.tls_url}/1.0"
client = ovh.Client()
try:
    cart = client.post("/order/cart", ovhSubsidiary="FR", description="signed with its port")
    client.post("/order/cart/" + cart["cartId"] + "/assign")
    again = client.get("/order/cart/" + cart["cartId"])
except ovh.exceptions.HTTPError as error:
    trouble = repr(error)
"""


def test_over_tls(driven: Driven) -> None:
    step = ("TLS", OVER_TLS.format(driven.told))
    trusting = held(driven, step, REQUESTS_CA_BUNDLE=str(driven.authority))
    assert trusting["again"] == trusting["cart"]
    doubting = held(driven, step, REQUESTS_CA_BUNDLE=certifi.where())
    assert "CERTIFICATE_VERIFY_FAILED" in doubting["trouble"]


ROBOT = """
wanted = {"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
made = ovh.Client().post("/me/api/oauth2/client", **wanted)
"""
BEARER = """
def ask(url):
    ovh.client.ENDPOINTS["ovh-eu"] = url + "/1.0"
    ovh.client.OAUTH2_TOKEN_URLS["ovh-eu"] = url + "/auth/oauth2/token"
    return ovh.Client().get("/me")["nichandle"]

nic = ask("{0.tls_url}")
try:
    ask("{0.url}")
except ovh.exceptions.OAuth2FailureError as error:
    trouble = repr(error)
"""


def test_a_clients_id_over_tls(driven: Driven) -> None:
    """Its tokens are fetched over TLS, and not without it unless `OAUTHLIB_INSECURE_TRANSPORT` says so."""
    made = held(driven, ("Robot", ROBOT))["made"]
    conf = f"[ovh-eu]\nclient_id={made['clientId']}\nclient_secret={made['clientSecret']}\n"
    step = ("Bearer", BEARER.format(driven.told))
    trusting = str(driven.authority)
    found = held(driven, step, conf=f"[default]\nendpoint=ovh-eu\n\n{conf}", REQUESTS_CA_BUNDLE=trusting)
    assert found["nic"].startswith("dc")
    assert "insecure_transport" in found["trouble"]
    known = {"OVH_CLIENT_ID": made["clientId"], "OVH_CLIENT_SECRET": made["clientSecret"], "OVH_ENDPOINT": "ovh-eu"}
    assert held(driven, step, conf="[default]\n", REQUESTS_CA_BUNDLE=trusting, **known)["nic"] == found["nic"]
