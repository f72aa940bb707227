// Concern: which events matter to a violation, by the names that they carry: blocks, collections, keys, topics, transactions, calls,
// tasks.
//
//   an event                                       | is of the concern when it carries
//   anywhere                                       | one of `names`
//   at the violation's peer, or sent to or by it   | one of `nearby` too
//   that is of the concern by                      | adds
//   `names`                                        | the operations it carries to `names`; its other names, at the violation's peer, to `nearby`
//   `nearby`                                       | the operations it carries to `nearby`
// An operation is what somebody did once: a transaction, a call, a task, an action. So a violation about a transaction leads to its call and
// its votes everywhere, but to other transactions over its block only at the peer that broke the rule. Thread rule: one thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/describe.h"

namespace sim {

// A name that an event carries: a key; or a shorter id, or a call's number with its peer, as a key.
struct CarriedName {
  core::Key256 name;
  bool operation = false;
};

// `peer`: where it happened; numbers of calls count per peer.
[[nodiscard]] std::vector<CarriedName> NamesIn(const Description& what, core::PeerId peer);

enum class Relevance : uint8_t { kNone, kNearby, kNamed };

class Concern {
 public:
  Concern() = default;
  // `named`: what the violation's text is about. With an operation among them, its things count nearby only.
  Concern(core::PeerId peer, const std::vector<CarriedName>& named);

  [[nodiscard]] Relevance Of(const std::vector<CarriedName>& carried, core::PeerId a,
                             core::PeerId b) const;
  // Learns from an event of that relevance between a and b.
  void Learn(Relevance relevance, const std::vector<CarriedName>& carried, core::PeerId a,
             core::PeerId b);

  // Whether anything that mattered happened at the peer.
  [[nodiscard]] bool Involves(core::PeerId peer) const { return peers_.contains(peer); }

  // Grows when something was learnt.
  [[nodiscard]] size_t size() const { return names_.size() + nearby_.size() + peers_.size(); }

 private:
  core::PeerId peer_ = core::kNoPeer;
  std::set<core::Key256> names_;
  std::set<core::Key256> nearby_;
  std::set<core::PeerId> peers_;
};

// The names of which a violation's text shows the beginnings ("block 9c41..", "key 26fc0f70..." in full), as events carried them last.
class NameIndex {
 public:
  NameIndex() : last_(size_t{1} << 16) {}

  void Saw(const std::vector<CarriedName>& carried);

  [[nodiscard]] std::vector<CarriedName> NamesOf(const Violation& violation) const;

 private:
  void AddNamesIn(const std::string& text, std::vector<CarriedName>& names) const;

  std::vector<CarriedName> last_;  // By the first 16 bits; zero: none so far.
};

}  // namespace sim
