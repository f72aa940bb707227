// A ticket: a registrant's word that a node negotiates for it under one pairing key.
//
// Thread rule: any thread. Errors: a ticket of others is good or not, never a CHECK.
// Source: protocol document, 1.6.3; docs/decisions/0022-negotiation-as-built.md, 3.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/codec/negotiation_messages.h"
#include "core/crypto/suite.h"
#include "core/port/context.h"

namespace core {

// The registrant key of the voter at this node: derived, so that no command carries it.
[[nodiscard]] SecretKey RegistrantSecretOf(const Context& context, const SecretKey& node);

// Fills in registrant and signature.
void SignTicket(const Context& context, const SecretKey& registrant, Ticket& ticket);

// Names the ticket.
[[nodiscard]] Key256 TicketHash(const Context& context, const Ticket& ticket);

// What a ticket has to be for, and when.
struct TicketUse {
  Key256 template_cid;
  NodeId node;
  int64_t now_ms = 0;
};

// One signature is checked, last.
[[nodiscard]] bool IsGoodTicket(const Context& context, const Ticket& ticket, const TicketUse& use);

}  // namespace core
