"""`huduma centre`: the process of a centre that grants numbers to its kiosks."""

from __future__ import annotations

import argparse

from kiosk.centre.server import CentreService, centre_lock, kiosks_of
from kiosk.cli.arguments import add_node, add_site
from kiosk.node.centre_composition import authority
from kiosk.node.database import open_node_database
from kiosk.queue.faults import NoQueueHere
from provisioning.node.site import Site
from provisioning.shutdown import StopFlag
from sync.transports.zmq_transport import ZmqServer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which site, and its centre when there are several."""
    add_site(parser)
    add_node(parser, required=False, what="the centre's node; default: the first one")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM."""
    site = Site.open(arguments.site)
    node = site.node(arguments.node) if arguments.node else next(iter(site.nodes("centre")), None)
    if node is None or node.role not in {"centre", "van"}:
        raise NoQueueHere("There is no centre here; name one with --node.")
    lock = centre_lock(node)
    stop = StopFlag()
    clock = node.clock(service=True)
    database = open_node_database(node, clock)
    server = ZmqServer(node.settings.queue.listen_endpoint, node.keys, kiosks_of(node, clock))
    service = CentreService(
        authority(node, database),
        database,
        on_call=lambda kiosk: print(f"{kiosk}: a citizen asks for a person", flush=True),
    )
    service.serve(server, stop)
    server.close()
    database.store.close()
    lock.release()
    return 0
