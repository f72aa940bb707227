// Moment: everything that a matchmaking flow may touch during one step, and the two questions that
// it asks of its neighbours: where are the holders of a key, and is this peer's conduct in doubt.
//
// A Moment lives on the stack of one Step and owns nothing. Locator and Conduct are answered by the
// composition root (core/peer), so that no flow knows the routing table or the standing of others.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/port/conduct.h"
#include "core/port/context.h"
#include "core/port/effects.h"

namespace core {

class Rendezvous;
struct Moment;

class Locator {
 public:
  virtual ~Locator() = default;

  // Starts the search for the peers nearest to target; the answer comes as
  // Matchmaking::OnLookup(token).
  virtual void Lookup(const Moment& moment, const Key256& target, uint64_t token) = 0;
  // Leading bits that the own id shares with all of the n nearest known ids (c0).
  [[nodiscard]] virtual int SharedPrefix(int n) const = 0;
};

struct Moment {
  Time now;
  PeerId self;
  const Context& context;
  const SecretKey& secret;
  Random& random;
  Effects& effects;
  Locator& locator;
  Conduct& conduct;
  Rendezvous& rendezvous;   // This peer's own book, for keys that it holds itself.
  uint64_t& last_sequence;  // The highest sequence that this peer has signed.

  [[nodiscard]] const MatchmakingConfig& config() const { return context.config->matchmaking; }

  [[nodiscard]] const NodeId& self_id() const { return context.directory->NodeIdOf(self); }

  [[nodiscard]] int64_t now_ms() const { return now.us / 1000; }

  void Report(PeerId peer, Offence offence) const { conduct.Report(now, peer, offence, effects); }
};

}  // namespace core
