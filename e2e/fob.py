"""A device's own authenticator, played by Chromium."""


class Fob:
    """What a page's device answers when it is asked for a passkey."""

    def __init__(self, page) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable", {"enableUI": False})
        self.id = self._cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )["authenticatorId"]

    def knows_its_user(self, known: bool) -> None:
        self._cdp.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": known}
        )

    def passkeys(self) -> list[dict]:
        return self._cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]

    def bring(self, passkey: dict) -> None:
        """A passkey comes along, as it does between the apps of one phone."""
        self._cdp.send(
            "WebAuthn.addCredential", {"authenticatorId": self.id, "credential": passkey}
        )

    def lose(self, passkey: dict) -> None:
        """The device has this passkey no more."""
        self._cdp.send(
            "WebAuthn.removeCredential",
            {"authenticatorId": self.id, "credentialId": passkey["credentialId"]},
        )
