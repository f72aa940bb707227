// That what modules tell people of their state leaves out nothing that their digest covers, in worlds where they all have something.
#include "core/base/state.h"

#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/peer/peer.h"
#include "sim/network/swarm.h"
#include "sim/observe/state_text.h"
#include "sim/world/world.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

struct Exact {
  std::ostream& out;

  void operator()(int64_t value) const { out << value; }

  void operator()(uint64_t value) const { out << value; }

  void operator()(bool value) const { out << value; }

  void operator()(std::string_view value) const { out << value; }

  void operator()(core::Time value) const { out << value.us; }

  void operator()(core::Duration value) const { out << value.us; }

  void operator()(core::PeerId value) const { out << value.value; }

  void operator()(const core::Key256& value) const { out << Hex(value); }

  void operator()(std::span<const uint8_t> value) const {
    out << std::string_view(reinterpret_cast<const char*>(value.data()), value.size());
  }
};

// Everything that is told, nothing shortened.
class ExactText : public core::StateListener {
 public:
  explicit ExactText(std::set<std::string>& parts) : parts_(parts) {}

  void Open(std::string_view name) override {
    parts_.insert(std::string(name));
    out_ << name << "{";
  }

  void Close() override { out_ << "}"; }

  void Tell(std::string_view name, const core::StateValue& value) override {
    out_ << name << "=";
    std::visit(Exact{out_}, value);
    out_ << ";";
  }

  [[nodiscard]] std::string text() const { return out_.str(); }

 private:
  std::set<std::string>& parts_;
  std::ostringstream out_;
};

// What a description was the digest of, in all peers of a world.
struct Seen {
  std::map<std::string, core::Fingerprint> digests;
  std::set<std::string> parts;
  size_t contradictions = 0;
};

class DescribedPeer : public core::Peer {
 public:
  template <typename... Args>
  explicit DescribedPeer(Seen& seen, Args&&... args)
      : core::Peer(std::forward<Args>(args)...), seen_(seen) {}

  void Step(core::Time now, const core::Input& input, core::Effects& effects) override {
    core::Peer::Step(now, input, effects);
    if (++steps_ % 3 != 0) return;
    core::Hasher hasher;
    Digest(hasher);
    ExactText text(seen_.parts);
    Describe(text);
    const auto [at, is_new] = seen_.digests.emplace(text.text(), hasher.Result());
    if (at->second != hasher.Result()) ++seen_.contradictions;
  }

 private:
  Seen& seen_;
  uint64_t steps_ = 0;
};

class DescribedPeers : public ParticipantFactory {
 public:
  explicit DescribedPeers(Seen& seen) : seen_(seen) {}

  std::unique_ptr<core::Participant> Make(core::PeerId self, const core::Context& context,
                                          const core::SecretKey& secret,
                                          core::Random random) const override {
    return std::make_unique<DescribedPeer>(seen_, self, context, secret, random);
  }

 private:
  Seen& seen_;
};

Seen SeenIn(const std::string& path, int64_t seconds, const Overrides& overrides = {},
            core::Fingerprint* fingerprint = nullptr) {
  Seen seen;
  const DescribedPeers peers(seen);
  ObserverSet nobody;
  auto scenario = std::make_shared<const Scenario>(WithDrawnFaults(LoadOrFail(path, overrides)));
  auto world = World::Make(scenario, {1, 0, nullptr, &peers}, nobody);
  EXPECT_TRUE(world.ok());
  EXPECT_TRUE((*world)->RunUntil(WorldTime{seconds * 1'000'000}).ok());
  if (fingerprint != nullptr) *fingerprint = (*world)->fingerprint();
  return seen;
}

TEST(StateTest, EqualDescriptionsOfWritersMeanEqualDigests) {
  const Seen seen = SeenIn("tests/sim/world/planted_block_bugs.json", 24);
  EXPECT_EQ(seen.contradictions, 0u);
  EXPECT_GT(seen.digests.size(), 1000u);
  EXPECT_THAT(seen.parts,
              IsSupersetOf({"routing",     "table",      "bucket",           "lookup",
                            "candidate",   "request",    "journal",          "batch",
                            "repository",  "block",      "revision",         "pend",
                            "certificate", "vote",       "open transaction", "decided transaction",
                            "coordinator", "round",      "client",           "call",
                            "leg",         "read",       "holder",           "submission",
                            "decision",    "remembered", "waiting read"}));
}

TEST(StateTest, EqualDescriptionsOfSeekersMeanEqualDigests) {
  const Seen seen = SeenIn("tests/sim/world/planted_bugs.json", 20,
                           {{"workload[1].at", "6s"},
                            {"workload[1].spread", "6s"},
                            {"workload[2].at", "8s"},
                            {"workload[3].at", "7s"}});
  EXPECT_EQ(seen.contradictions, 0u);
  EXPECT_GT(seen.digests.size(), 1000u);
  EXPECT_THAT(seen.parts,
              IsSupersetOf({"matchmaking", "rendezvous", "book", "record", "worker", "matcher",
                            "publication", "key", "holder", "offer", "partner", "tasks", "task"}));
}

TEST(StateTest, LookingChangesNothing) {
  core::Fingerprint looked_at;
  (void)SeenIn("tests/sim/world/planted_block_bugs.json", 8, {}, &looked_at);
  Session session(LoadOrFail("tests/sim/world/planted_block_bugs.json"), ShortRun(8, 1));
  ASSERT_TRUE(session.Open().ok());
  ASSERT_TRUE(session.RunTo(WorldTime{8'000'000}).ok());
  EXPECT_EQ(core::ToHex(looked_at), core::ToHex(session.world().fingerprint()));
}

TEST(StateTest, AWorldTellsOfMachineDiskAndUsersToo) {
  Session session(LoadOrFail("tests/sim/world/planted_block_bugs.json"), ShortRun(6, 1));
  ASSERT_TRUE(session.Open().ok());
  ASSERT_TRUE(session.RunTo(WorldTime{6'000'000}).ok());
  const auto text_of = [&](uint32_t handle) {
    const core::PeerId peer{handle};
    StateText text("peer", session.world().LocalTime(peer, session.reached()));
    session.world().Describe(peer, text);
    return text.Lines();
  };
  EXPECT_THAT(text_of(0), HasSubstr("peer: up yes, starts so far 1, group members, honest yes"));
  EXPECT_THAT(text_of(0), HasSubstr("\n  storage: batches applied "));
  EXPECT_THAT(text_of(0), HasSubstr("\n    row: table 32"));
  EXPECT_THAT(text_of(10), HasSubstr("\n  user of blocks: last key "));
}

TEST(StateTextTest, NestsPartsAndJoinsLists) {
  StateText text("peer 7", core::Time{5'000'000});
  core::ShownState state(text);
  state.Show("wakes", core::Time{5'250'000});
  state.Part("table", [&] {
    state.Show("since", core::Time{4'999'999});
    for (const uint32_t peer : {1u, 2u}) state.Show("contacts", core::PeerId{peer});
    state.Part("bucket", [&] { state.Show("ends", core::Time::Never()); });
  });
  state.Show("introducer", core::kNoPeer);
  EXPECT_EQ(text.Lines(),
            "peer 7: wakes in 0.250000 s, introducer nobody\n"
            "  table: since 0.000001 s ago, contacts 1, 2\n"
            "    bucket: ends never\n");
}

}  // namespace
}  // namespace sim
