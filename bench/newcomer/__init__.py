"""`docs/deploy.md` as a newcomer types it: every word of it, on machines that really boot.

    python -m bench newcomer

Debian is fetched once with debootstrap, and each machine is a copy of it under systemd-nspawn:
packages come from Debian's mirror, units run under systemd as they are shipped. Needs root,
debootstrap, systemd-container, slirp4netns and iproute2, and says so where they are missing.

What is not a newcomer's machine here: the kernel is this one's, its clock is set by the host, names
are found in /etc/hosts, and the authority behind the certificate is Caddy's own.
"""

from bench.newcomer.played import measure

__all__ = ["measure"]
