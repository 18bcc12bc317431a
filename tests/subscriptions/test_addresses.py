"""Nobody reaches into our own network by way of us."""

import pytest

from app.subscriptions import addresses
from app.subscriptions.addresses import Address, AddressClosed, AddressRefused

FINE = [
    "https://ehr.example.com/told",
    "https://ehr.example.com:8443/told?key=1",
    "https://EHR.example.com./told",
]
REFUSED = [
    "http://ehr.example.com/told",
    "https://ehr.example.com:22/",
    "https://ehr.example.com:80/",
    "https://user:word@ehr.example.com/",
    "https://ehr.example.com/#part",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.0.0.5/",
    "https://8.8.8.8/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://intranet/",
    "https:///path",
    "https://ehr.example.com/a b",
    "https://ehr.example.com\\@10.0.0.5/",
    "https://ehr.example.com/\r\nHost: x",
    "ftp://ehr.example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://ehr.example.com/" + "x" * 1000,
    "https://éhr.example.com/",
    "",
]
PRIVATE = [
    "::7f00:1",
    "fec0::1",
    "64:ff9b:1::a00:1",
    "::ffff:0:10.0.0.1",
    "5f00::1",
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "ff02::1",
    "no number",
]


@pytest.mark.parametrize("endpoint", FINE)
def test_a_public_https_address_may_be_told(settings, endpoint):
    assert addresses.read(endpoint, settings).host == "ehr.example.com"


@pytest.mark.parametrize("endpoint", REFUSED)
def test_any_other_is_refused(settings, endpoint):
    with pytest.raises(AddressRefused):
        addresses.read(endpoint, settings)


@pytest.mark.parametrize("number", PRIVATE)
def test_a_private_number_is_not_called_however_it_is_written(number):
    assert not addresses.is_public(number)


@pytest.mark.parametrize("number", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_number_is(number):
    assert addresses.is_public(number)


def test_a_name_that_stands_for_a_private_number_is_not_called(settings):
    with pytest.raises(AddressClosed):
        addresses.resolved(Address("localhost", 443, False, "/"), settings)


def test_an_operator_lets_hosts_of_their_own_network_through(settings):
    inside = settings.model_copy(update={"webhook_hosts": ("engine.hospital.internal",)})

    assert addresses.read("https://engine.hospital.internal/told", inside).port == 443
    with pytest.raises(AddressRefused):
        addresses.read("http://engine.hospital.internal/told", inside)
    with pytest.raises(AddressRefused):
        addresses.read("https://other.hospital.internal/told", inside)


def test_the_demo_alone_tells_a_receiver_on_the_same_machine(settings):
    demo = settings.model_copy(update={"demo": True})

    assert addresses.read("http://localhost:8000/told", demo).is_plain
    with pytest.raises(AddressRefused):
        addresses.read("http://localhost:8000/told", settings)
    with pytest.raises(AddressRefused):
        addresses.read("http://10.0.0.5/told", demo)
