"""A DNS server on loopback, over UDP at the gateway's port: for this machine it is all name servers of the world.

Whoever asks for recursion gets what a resolver would find. Else it answers as the servers of the zone that has the
name, or for NS and DS as those above it.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from localcloud.emulator import world
from localcloud.emulator.pages import Asgi, Receive, Send
from localcloud.emulator.world import Record, Zone

LOOPBACK = "127.0.0.1"
TTL_SECONDS = 60
LONGEST_CHAIN = 8
# Of all zones that are not here.
ELSEWHERE = "ns.elsewhere.invalid."


class Answers(asyncio.DatagramProtocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        try:
            question = dns.message.from_wire(data)
            (asked,) = question.question
        except (dns.exception.DNSException, ValueError):
            return  # nothing that a DNS server answers
        self.transport.sendto(answer(question, asked).to_wire(), address)


def answer(question: dns.message.Message, asked: dns.rrset.RRset) -> dns.message.Message:
    name, kind = asked.name.to_text().lower(), dns.rdatatype.to_text(asked.rdtype)
    made = dns.message.make_response(question, recursion_available=True)
    if question.flags & dns.flags.RD:
        resolve(made, name, kind)
    elif kind in ("NS", "DS"):
        made.authority.extend(referral(name, kind))
    else:
        holders = world.zones_of(name)
        made.flags |= dns.flags.AA
        made.answer.extend(sets(holders[-1], name, kind) if holders else [])
    return made


def resolve(made: dns.message.Message, name: str, kind: str) -> None:
    """What a resolver finds, through CNAMEs."""
    zone = world.asked(name)
    if zone is None:
        if kind == "A" and name in {ELSEWHERE, *world.servers()}:  # all of them are here
            made.answer.append(rrset(name, "A", [LOOPBACK]))
        elif (name, kind) == (".", "NS"):
            made.answer.append(rrset(name, "NS", [ELSEWHERE]))
        return
    found = sets(zone, name, kind)
    made.answer.extend(found)
    is_another_name = found and kind != "CNAME" and found[-1].rdtype == dns.rdatatype.CNAME
    if is_another_name and len(made.answer) < LONGEST_CHAIN:
        resolve(made, found[-1][0].to_text().lower(), kind)


def referral(name: str, kind: str) -> list[dns.rrset.RRset]:
    """What the zone above says of a zone; where that is elsewhere, it leads to the one that is here."""
    above, zones = world.parent_of(name), world.zones_of(name)
    if above:
        return sets(above, name, kind)
    is_here = bool(zones) and zones[0].name == name
    return [rrset(name, "NS", zones[0].servers)] if is_here and kind == "NS" else []


def sets(zone: Zone, name: str, kind: str) -> list[dns.rrset.RRset]:
    rows = zone.says(name, kind) or (zone.says(name, "CNAME") if kind not in ("NS", "DS") else [])
    return [rrset(name, row["Type"], values(row)) for row in rows if values(row)]


def values(row: Record) -> list[str]:
    """An alias has addresses; this machine has none of IPv6."""
    if row.get("AliasTarget"):
        return [LOOPBACK] if row["Type"] == "A" else []
    return [str(text) for text in row.get("ResourceRecords", ())]


def rrset(name: str, kind: str, texts: list[str]) -> dns.rrset.RRset:
    """Names in the texts may lack the dot at their end, as Route 53 takes them."""
    return dns.rrset.from_text_list(
        name, TTL_SECONDS, dns.rdataclass.IN, kind, texts, origin=dns.name.root, relativize=False
    )


@asynccontextmanager
async def serving(port: int) -> AsyncIterator[None]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Answers, local_addr=(LOOPBACK, port))
    try:
        yield
    finally:
        transport.close()


def with_names(inner: Asgi) -> Asgi:
    """The application, with the server while it runs."""

    async def answered(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await inner(scope, receive, send)
            return
        async with serving(int(os.environ["GATEWAY_PORT"])):
            await inner(scope, receive, send)

    return answered
