// Who is not to be talked to, until when, and what small faults add up to.
//
// Invariants: (1) a ban ends by itself; (2) loopback and private addresses are never banned as
// addresses, because several nodes of one house share them: there only the node id is; (3) a public
// address is banned for at most kAddressBanMax, since it may be the translator of many; (4) at most
// kBansMax ids and as many addresses are held: beyond, the ban that would end first goes; (5) at most
// kScoresMax scores: beyond, the lowest goes. Thread rule: one thread.
// Source: protocols_of_the_other_seeds.md, 3.5 ("ban 24 h") and 4.4 ("score penalty").
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "node/discovery/address.h"

namespace node {

// Numbers of the stored format: never reused.
enum class BanReason : uint8_t {
  kFaults = 1,    // Too many recoverable faults.
  kOperator = 2,  // Asked for by the operator.
  kImpostor = 3,  // A seed's address answered with another identity.
  kProtocol = 4,  // Something that no honest node does.
};
inline constexpr uint8_t kBanReasonMax = 4;

[[nodiscard]] std::string_view TextOf(BanReason reason);

struct Ban {
  core::NodeId id;
  IpAddress ip;
  BanReason reason = BanReason::kFaults;
  core::Time expires;

  friend bool operator==(const Ban&, const Ban&) = default;
};

class BanList {
 public:
  static constexpr size_t kBansMax = 4096;
  static constexpr core::Duration kAddressBanMax = core::Minutes(60);

  // A longer ban of the same id stays.
  void Add(const Ban& ban, core::Time now);
  // False when the id was not banned.
  bool Lift(const core::NodeId& id);

  [[nodiscard]] bool IsBanned(const core::NodeId& id, core::Time now) const;
  [[nodiscard]] bool IsBanned(const IpAddress& ip, core::Time now) const;

  void Sweep(core::Time now);

  // By node id.
  [[nodiscard]] std::vector<Ban> All() const;

  [[nodiscard]] size_t size() const { return ids_.size(); }

 private:
  std::map<core::NodeId, Ban> ids_;
  std::map<IpAddress, core::Time> addresses_;
};

// Penalty points of peers; one point is forgiven every kForgiveEvery.
class FaultScores {
 public:
  static constexpr size_t kScoresMax = 1024;
  static constexpr core::Duration kForgiveEvery = core::Seconds(10);

  // The points after this fault.
  uint32_t Add(const core::NodeId& id, uint32_t points, core::Time now);
  [[nodiscard]] uint32_t Of(const core::NodeId& id, core::Time now) const;

  void Forget(const core::NodeId& id) { scores_.erase(id); }

  [[nodiscard]] size_t size() const { return scores_.size(); }

 private:
  struct Score {
    uint32_t points = 0;
    core::Time since;  // Points are as of this time.
  };

  [[nodiscard]] static uint32_t Left(const Score& score, core::Time now);
  void MakeRoom(core::Time now);

  std::map<core::NodeId, Score> scores_;
};

}  // namespace node
