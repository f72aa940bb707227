// RingRig: what a flow of core/arachnode touches in one step, with nobody near and a disk that does what it is told.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/arachnode/ring_moment.h"
#include "core/transactions/journal.h"
#include "core/transactions/mail.h"
#include "tests/core/identities.h"

namespace core {

class NobodyNear : public ClusterSource {
 public:
  [[nodiscard]] std::vector<Neighbour> NearestRemembered(Time, const Key256&,
                                                         size_t) const override {
    return {};
  }

  [[nodiscard]] std::vector<Acquaintance> Acquaintances(Time) const override { return {}; }

  void Recall(Time, std::span<const Acquaintance>) override {}

  [[nodiscard]] bool IsConfident(Time) const override { return false; }

  void Lookup(const TxMoment&, const Key256&, uint64_t) override {}
};

class NoConduct : public Conduct {
 public:
  void Report(Time, PeerId, Offence, Effects&) override {}

  [[nodiscard]] bool IsDoubtful(Time, PeerId) const override { return false; }
};

struct RingRig {
  explicit RingRig(uint32_t peers) : identities_(1, peers) {}

  // What another peer would touch at this time.
  RingMoment As(PeerId peer) {
    return {{.now = moment_.now,
             .self = peer,
             .context = context_,
             .secret = identities_.SecretOf(peer),
             .random = random_,
             .effects = effects_,
             .clusters = near_,
             .conduct = conduct_,
             .mail = mail_,
             .journal = journal_},
            1};
  }

  Identities identities_;
  Config config_;
  Context context_{
      .config = &config_, .directory = &identities_, .suite = &identities_.suite(), .network = {}};
  Random random_{StreamKey{}};
  Effects effects_;
  NobodyNear near_;
  NoConduct conduct_;
  Mail mail_;
  Journal journal_;
  RingMoment moment_{{.now = Time{1},
                      .self = PeerId{0},
                      .context = context_,
                      .secret = identities_.SecretOf(PeerId{0}),
                      .random = random_,
                      .effects = effects_,
                      .clusters = near_,
                      .conduct = conduct_,
                      .mail = mail_,
                      .journal = journal_},
                     1};
  std::map<StoreKey, Bytes> rows_;
};

}  // namespace core
