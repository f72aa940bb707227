#include "core/negotiation/ticket.h"

#include <string_view>
#include <vector>

#include "core/codec/canonical.h"
#include "core/crypto/secret_bytes.h"

namespace core {
namespace {

constexpr std::string_view kRegistrantSecretDomain = "vt/registrant-secret/1";

}  // namespace

SecretKey RegistrantSecretOf(const Context& context, const SecretKey& node) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kRegistrantSecretDomain);
  writer.Key(context.network);
  writer.Fixed(node.seed);
  SecretKey registrant;
  registrant.seed = context.suite->Sha256(bytes);
  Wipe(bytes);
  return registrant;
}

void SignTicket(const Context& context, const SecretKey& registrant, Ticket& ticket) {
  std::vector<uint8_t> bytes;
  ticket.registrant = context.suite->PublicKeyFor(registrant);
  TicketSigningBytes(context.network, ticket, bytes);
  ticket.signature = context.suite->Sign(registrant, bytes);
}

Key256 TicketHash(const Context& context, const Ticket& ticket) {
  std::vector<uint8_t> bytes;
  TicketSigningBytes(context.network, ticket, bytes);
  bytes.insert(bytes.end(), ticket.signature.begin(), ticket.signature.end());
  return {context.suite->Sha256(bytes)};
}

bool IsGoodTicket(const Context& context, const Ticket& ticket, const TicketUse& use) {
  if (ticket.template_cid != use.template_cid || ticket.node != use.node) return false;
  if (ticket.expires_ms <= use.now_ms) return false;
  std::vector<uint8_t> bytes;
  TicketSigningBytes(context.network, ticket, bytes);
  return context.suite->Verify(ticket.registrant, bytes, ticket.signature);
}

}  // namespace core
