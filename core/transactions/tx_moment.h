// TxMoment: everything that a flow of this folder may touch during one step, and the question that
// it asks of its neighbours: who is near a key.
//
// A TxMoment lives on the stack of one Step and owns nothing. ClusterSource and Conduct are answered
// by the composition root (core/peer), so that no flow knows the routing table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/port/conduct.h"
#include "core/port/context.h"
#include "core/port/effects.h"
#include "core/port/neighbour.h"

namespace core {

struct TxMoment;
class Mail;
class Journal;

class ClusterSource {
 public:
  virtual ~ClusterSource() = default;

  // The nearest peers, nearest first, those who fell silent lately and this peer (unless it is a
  // client) among them.
  [[nodiscard]] virtual std::vector<Neighbour> NearestRemembered(Time now, const Key256& target,
                                                                 size_t count) const = 0;
  // What a next life must not forget of NearestRemembered; at most kAcquaintancesMax.
  [[nodiscard]] virtual std::vector<Acquaintance> Acquaintances(Time now) const = 0;
  // Of an earlier life. Before everything else.
  virtual void Recall(Time now, std::span<const Acquaintance> known) = 0;
  // Whether enough peers are known for NearestRemembered to be held against what others declare.
  [[nodiscard]] virtual bool IsConfident(Time now) const = 0;
  // Starts the search for the peers nearest to target; the answer comes as
  // Transactions::OnLookup(token).
  virtual void Lookup(const TxMoment& moment, const Key256& target, uint64_t token) = 0;
};

struct TxMoment {
  Time now;
  PeerId self;
  const Context& context;
  const SecretKey& secret;
  Random& random;
  Effects& effects;
  ClusterSource& clusters;
  Conduct& conduct;
  Mail& mail;
  Journal& journal;
  // Storage rings are known: what this peer lacks may be there (wanted_block.h).
  bool asks_rings = false;

  [[nodiscard]] const TransactionsConfig& config() const { return context.config->transactions; }

  [[nodiscard]] const Suite& suite() const { return *context.suite; }

  [[nodiscard]] const NodeId& self_id() const { return context.directory->NodeIdOf(self); }

  [[nodiscard]] int64_t now_ms() const { return now.us / 1000; }

  [[nodiscard]] Key256 Sha256(std::span<const uint8_t> bytes) const {
    return Key256{context.suite->Sha256(bytes)};
  }

  [[nodiscard]] Signature Sign(std::span<const uint8_t> bytes) const {
    effects.CountSign();
    return context.suite->Sign(secret, bytes);
  }

  [[nodiscard]] bool Verify(const PublicKey& key, std::span<const uint8_t> bytes,
                            const Signature& signature) const {
    effects.CountVerify();
    return context.suite->Verify(key, bytes, signature);
  }

  void Report(PeerId peer, Offence offence) const {
    if (peer != self) conduct.Report(now, peer, offence, effects);
  }
};

}  // namespace core
