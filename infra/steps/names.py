"""Questions to the DNS. The port is 53 everywhere, but where `DNS_SERVER` names a resolver at another one.

That variable is for the DNS what AWS_ENDPOINT_URL is for AWS's APIs: a local cloud stands in for the world there.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from infra.pure.domains import parents

if TYPE_CHECKING:
    from dns.message import Message
    from dns.resolver import Resolver

SECONDS = 2.0  # for one server to answer
PATIENCE_SECONDS = 4.0  # for a resolver, which asks others
SERVERS = 2  # of a zone's, that are asked until one answers
ROOT = "."


class NoAnswerError(Exception):
    """Nobody answered, so nothing is known: the network lets no DNS through, or servers are away."""


class Names:
    """Resolvers for what is there already; zones' own servers, without recursion, for what may not be there yet.

    A resolver would remember for minutes that a name is missing, and then for all who ask it.
    """

    def __init__(self) -> None:
        self._place, _, port = os.environ.get("DNS_SERVER", ":53").rpartition(":")
        self._port = int(port)
        self.resolved = lru_cache(self._resolved)

    def _resolver(self) -> "Resolver":
        import dns.resolver  # here: only a stack with a domain needs it

        made = dns.resolver.Resolver(configure=not self._place)
        made.lifetime = PATIENCE_SECONDS
        if self._place:
            made.nameservers, made.port = [self._place], self._port
        return made

    def _resolved(self, name: str, kind: str) -> tuple[str, ...]:
        """The texts of a name's records."""
        import dns.exception
        import dns.resolver

        try:
            found = self._resolver().resolve(f"{name.rstrip('.')}.", kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswerError(f"no resolver answered for {name} {kind}: {error}") from None
        return tuple(str(one) for one in found.rrset or ())

    def parent_of(self, name: str) -> tuple[str, tuple[str, ...]]:
        """The zone above the one of a name, and its servers."""
        for above in [*parents(name)[1:], ROOT]:
            if servers := self.resolved(above, "NS"):
                return above, servers
        raise NoAnswerError(f"no resolver knows the servers above {name}")

    def told(self, servers: Sequence[str], name: str, kind: str) -> list[str]:
        """What servers of a zone say of a name."""
        return records(self._asked(servers, name, kind), name, kind, referrals=False)

    def referral(self, servers: Sequence[str], name: str, kind: str) -> list[str]:
        """What those of the zone above say of a zone: its servers, and its DS records."""
        return records(self._asked(servers, name, kind), name, kind, referrals=True)

    def _asked(self, servers: Sequence[str], name: str, kind: str) -> "Message":
        import dns.exception
        import dns.flags
        import dns.message
        import dns.query

        question = dns.message.make_query(name, kind)
        question.flags &= ~dns.flags.RD
        for server in sorted(servers)[:SERVERS]:
            for address in self.resolved(server, "A")[:1]:
                try:
                    return dns.query.udp_with_fallback(question, address, SECONDS, port=self._port)[0]
                except (dns.exception.DNSException, OSError):
                    continue
        raise NoAnswerError(f"none of {', '.join(sorted(servers)[:SERVERS])} answered for {name} {kind}")


def records(answer: "Message", name: str, kind: str, *, referrals: bool) -> list[str]:
    import dns.name
    import dns.rdatatype

    wanted = (dns.name.from_text(name), dns.rdatatype.from_text(kind))
    sections = [*answer.answer, *(answer.authority if referrals else ())]
    return [str(one) for rrset in sections if (rrset.name, rrset.rdtype) == wanted for one in rrset]
