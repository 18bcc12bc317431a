"""Every address of the patient's side of a visit."""

from app.web.visit import claiming, guest_room, not_today, quiet_hour, room, saying, socket

routes = [
    *room.routes,
    *claiming.routes,
    *saying.routes,
    *not_today.routes,
    *quiet_hour.routes,
    *guest_room.routes,
    *socket.routes,
]
