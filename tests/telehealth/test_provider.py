import pytest

from app.settings import Settings
from app.telehealth import provider, visits
from app.telehealth.models import ProviderName
from app.telehealth.provider import NotARoom


def test_our_own_room_hands_nobody_over(visit, appointment):
    carrier = provider.named(visit.provider)

    assert visit.provider is ProviderName.PEER
    assert carrier.knows_presence
    assert carrier.room_for(appointment) is None


def test_a_clinic_that_chose_its_own_rooms_hands_over_to_the_clinicians(db, appointment):
    appointment.clinic.video = "external"
    appointment.practitioner.room_url = "https://video.example/okafor"

    visit = visits.of(db, appointment)
    carrier = provider.named(visit.provider)

    assert not carrier.knows_presence
    assert carrier.room_for(appointment) == "https://video.example/okafor"
    assert carrier.servers(Settings(_env_file=None), "seat") == []


def test_a_clinician_without_a_room_link_cannot_be_handed_over_to(appointment):
    carrier = provider.named(ProviderName.EXTERNAL)

    assert not carrier.is_ready(appointment)
    assert carrier.room_for(appointment) is None


@pytest.mark.parametrize(
    "address",
    ["http://video.example/okafor", "javascript:alert(1)", "https://", "https://a@b.example/"],
)
def test_only_a_plain_https_address_is_a_room(address):
    with pytest.raises(NotARoom):
        provider.room_address(address)
