"""A switch in user space: frames of the port NAME=VID leave the trunk with the tag VID, and frames with that tag leave the port without it.

    switch.py TRUNK NAME=VID...

For kernels without 802.1Q sub-interfaces; all ports are interfaces of the namespace that it runs in.
"""

import select
import socket
import struct
import sys

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
TP_STATUS_VLAN_VALID = 1 << 4
TPID = 0x8100


def port(name):
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    # The kernel takes a tag out of the frame and hands it over beside it (packet(7)).
    opened.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    opened.bind((name, 0))
    return opened


def receive(opened):
    """Frame and tag; None for what this program sent itself."""
    frame, ancillary, _, address = opened.recvmsg(65536, 1024)
    if address[2] == socket.PACKET_OUTGOING:
        return None, None
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tag, _ = struct.unpack("=IIIHHHH", data[:20])
            return frame, tag & 0xFFF if status & TP_STATUS_VLAN_VALID else None
    return frame, None


trunk = port(sys.argv[1])
access = {int(vid): port(name) for name, vid in (argument.split("=") for argument in sys.argv[2:])}
while True:
    for ready in select.select([trunk, *access.values()], [], [])[0]:
        frame, tag = receive(ready)
        if frame is None:
            continue
        if ready is trunk:
            if tag in access:
                access[tag].send(frame)
        else:
            vid = next(vid for vid, opened in access.items() if opened is ready)
            trunk.send(frame[:12] + struct.pack("!HH", TPID, vid) + frame[12:])
