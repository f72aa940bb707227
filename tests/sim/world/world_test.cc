#include "sim/world/world.h"

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/frame.h"
#include "core/codec/message_types.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

constexpr char kEveryFeature[] = "tests/determinism/every_feature.json";

constexpr int64_t kSeconds = 45;

core::Fingerprint FingerprintOf(const Scenario& scenario, int threads, int shards) {
  Session session(scenario, ShortRun(kSeconds, threads, shards));
  RunQuietly(session);
  return session.result().fingerprint;
}

TEST(WorldTest, ThreadsAndShardsNeverChangeTheResult) {
  const Scenario scenario = LoadOrFail(kEveryFeature);
  const core::Fingerprint expected = FingerprintOf(scenario, 1, 1);
  for (const int threads : {1, 2, 5}) {
    for (const int shards : {1, 7, 64}) {
      EXPECT_EQ(FingerprintOf(scenario, threads, shards), expected)
          << threads << " threads, " << shards << " shards";
    }
  }
}

TEST(WorldTest, AnotherSeedIsAnotherRun) {
  const Scenario one = LoadOrFail(kEveryFeature, {{"seed", "1"}});
  const Scenario two = LoadOrFail(kEveryFeature, {{"seed", "2"}});
  EXPECT_NE(FingerprintOf(one, 2, 0), FingerprintOf(two, 2, 0));
}

// The last checkpoint at which both runs agree, in seconds; every one of the shorter run when none differs.
int64_t AgreeUntil(const Session& a, const Session& b) {
  const auto& one = a.world().checkpoints();
  const auto& two = b.world().checkpoints();
  size_t same = 0;
  while (same < one.size() && same < two.size() && one[same].fingerprint == two[same].fingerprint) {
    ++same;
  }
  return same == 0 ? 0 : one[same - 1].time.us / 1'000'000;
}

TEST(WorldTest, AReseedKeepsThePastAndChangesTheFuture) {
  const Scenario plain = LoadOrFail(kEveryFeature, {{"reseed", "[]"}});
  const Scenario one = LoadOrFail(kEveryFeature, {{"reseed", R"([{"at": "25s", "seed": 1}])"}});
  const Scenario two = LoadOrFail(kEveryFeature, {{"reseed", R"([{"at": "25s", "seed": 2}])"}});
  Session a(plain, ShortRun(kSeconds));
  Session b(one, ShortRun(kSeconds));
  Session c(two, ShortRun(kSeconds));
  for (Session* session : {&a, &b, &c}) RunQuietly(*session);
  EXPECT_EQ(AgreeUntil(a, b), 25);
  EXPECT_EQ(AgreeUntil(a, c), 25);
  EXPECT_EQ(AgreeUntil(b, c), 25);
  EXPECT_GT(b.world().statistics().deliveries, 0u);
}

TEST(WorldTest, AReseedFromTheStartLeavesWhoTakesPartAndWhen) {
  const Scenario plain = LoadOrFail(kEveryFeature, {{"reseed", "[]"}});
  const Scenario other = LoadOrFail(kEveryFeature, {{"reseed", R"([{"at": "0s", "seed": 1}])"}});
  Session a(plain, ShortRun(kSeconds));
  Session b(other, ShortRun(kSeconds));
  RunQuietly(a);
  RunQuietly(b);
  EXPECT_NE(a.result().fingerprint, b.result().fingerprint);
  for (uint32_t i = 0; i < plain.PeerCount(); ++i) {
    const core::PeerId peer{i};
    ASSERT_EQ(a.world().context().directory->NodeIdOf(peer),
              b.world().context().directory->NodeIdOf(peer));
  }
}

TEST(WorldTest, TwoWorldsInOneProcessDoNotTouchEachOther) {
  const Scenario scenario = LoadOrFail(kEveryFeature);
  Scenario other = scenario;
  other.seed = 99;
  const core::Fingerprint alone = FingerprintOf(scenario, 1, 0);
  Session a(scenario, {1, 0, WorldTime::Never(), nullptr});
  Session b(other, {1, 0, WorldTime::Never(), nullptr});
  ASSERT_TRUE(a.Open().ok());
  ASSERT_TRUE(b.Open().ok());
  for (int64_t ms = 900; ms <= kSeconds * 1000; ms += 900) {
    ASSERT_TRUE(a.RunTo(WorldTime{ms * 1000}).ok());
    ASSERT_TRUE(b.RunTo(WorldTime{ms * 1000}).ok());
  }
  EXPECT_EQ(a.world().fingerprint(), alone);
}

TEST(WorldTest, EveryMessageSentIsDeliveredDroppedOrOnItsWay) {
  Session session(LoadOrFail(kEveryFeature), {2, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  const int64_t sent = session.metrics().Value("network.sent").value_or(0);
  const int64_t delivered = session.metrics().Value("network.delivered").value_or(0);
  const int64_t dropped = session.metrics().Value("network.dropped").value_or(0);
  EXPECT_GT(sent, 100'000);
  EXPECT_GT(dropped, sent / 100) << "the scenario loses one message in a hundred";
  EXPECT_NEAR(static_cast<double>(delivered + dropped), static_cast<double>(sent),
              static_cast<double>(sent) * 0.02)
      << "duplicates (1 %) and messages in flight at the end are the only difference";
}

// Checks the order in which it is told: by time; of one time messages, then world facts, then facts.
class OrderWitness : public Observer {
 public:
  [[nodiscard]] bool WantsMessages() const override { return true; }

  void OnMessage(const WorldView&, const MessageFact& fact) override { Tell({fact.at, 0}); }

  void OnWorldFact(const WorldView&, const WorldFact& fact) override { Tell({fact.at, 1}); }

  void OnFact(const WorldView&, const Fact& fact) override { Tell({fact.at, 2}); }

  int told = 0;
  int early = 0;

 private:
  using Place = std::pair<WorldTime, int>;

  void Tell(Place place) {
    ++told;
    if (place < last_) ++early;
    last_ = place;
  }

  Place last_;
};

TEST(WorldTest, ObserversAreToldInTheOrderOfTime) {
  Session session(LoadOrFail(kEveryFeature), ShortRun(kSeconds));
  const auto* witness = session.observers().Add(std::make_unique<OrderWitness>());
  RunQuietly(session);
  EXPECT_GT(witness->told, 100'000);
  EXPECT_EQ(witness->early, 0);
}

// Counts what becomes of messages, and looks at their frames.
class FateWitness : public Observer {
 public:
  explicit FateWitness(bool frames) : frames_(frames) {}

  [[nodiscard]] bool WantsMessages() const override { return true; }

  [[nodiscard]] bool WantsFrames() const override { return frames_; }

  void OnMessage(const WorldView&, const MessageFact& fact) override {
    ++fates[fact.fate];
    framed += fact.frame.empty() ? 0 : 1;
    whole += fact.frame.size() == fact.bytes ? 1 : 0;
    core::FrameHeader header;
    const bool readable = frames_ && core::ReadFrameHeader(fact.frame, header).ok();
    typed += readable && header.type == core::kMessageTypes[fact.type].type ? 1 : 0;
    if (readable && fact.message != nullptr) misnamed += header.id == fact.message->id ? 0 : 1;
  }

  std::map<MessageFact::Fate, int64_t> fates;
  int64_t framed = 0;
  int64_t whole = 0;
  int64_t typed = 0;
  int64_t misnamed = 0;

 private:
  bool frames_;
};

TEST(WorldTest, EveryFateOfAMessageIsToldWithTheBytesThatTravelled) {
  Session session(LoadOrFail(kEveryFeature), ShortRun(kSeconds));
  auto* witness = session.observers().Add(std::make_unique<FateWitness>(true));
  RunQuietly(session);
  const auto metric = [&](const char* name) { return session.metrics().Value(name).value_or(0); };
  EXPECT_EQ(witness->fates[MessageFact::Fate::kSent], metric("network.sent"));
  EXPECT_EQ(witness->fates[MessageFact::Fate::kDelivered], metric("network.delivered"));
  EXPECT_EQ(witness->fates[MessageFact::Fate::kDropped], metric("network.dropped"));
  const int64_t told =
      metric("network.sent") + metric("network.delivered") + metric("network.dropped");
  EXPECT_EQ(witness->whole, told);
  EXPECT_GT(witness->typed, told - told / 100) << "half a percent is corrupted, somewhere";
  EXPECT_LT(witness->typed, told);
  EXPECT_EQ(witness->misnamed, 0);
}

TEST(WorldTest, FramesAreKeptOnlyForWhoWantsThem) {
  Session session(LoadOrFail(kEveryFeature), ShortRun(kSeconds));
  auto* witness = session.observers().Add(std::make_unique<FateWitness>(false));
  RunQuietly(session);
  EXPECT_GT(witness->fates[MessageFact::Fate::kSent], 0);
  EXPECT_EQ(witness->framed, 0);
}

// What is said about one peer, and when it was last heard before and first heard after an instant.
class PeerWitness : public Observer {
 public:
  PeerWitness(core::PeerId peer, WorldTime instant) : peer_(peer), instant_(instant) {}

  void OnFact(const WorldView&, const Fact& fact) override {
    if (fact.peer != peer_) return;
    if (fact.at < instant_) heard_before = fact.at;
    if (fact.at >= instant_ && heard_after == WorldTime::Never()) heard_after = fact.at;
  }

  void OnWorldFact(const WorldView&, const WorldFact& fact) override {
    if (fact.peer == peer_) facts.push_back(fact);
  }

  std::vector<WorldFact> facts;
  WorldTime heard_before;
  WorldTime heard_after = WorldTime::Never();

 private:
  core::PeerId peer_;
  WorldTime instant_;
};

TEST(WorldTest, APauseLastsUntilTheLastOfItsFaultsEndsAndBothEndsAreReported) {
  // The third pause would outlast the fault phase (50 s).
  const std::string faults = R"([
    {"at": "30s", "for": "10s", "do": "pause", "who": "hosts[50..51]"},
    {"at": "33s", "for": "2s", "do": "pause", "who": "hosts[50..51]"},
    {"at": "42s", "for": "100s", "do": "pause", "who": "hosts[60..61]"}])";
  Session session(LoadOrFail(kEveryFeature, {{"faults", faults}, {"swarm.intensity", "none"}}),
                  {2, 0, WorldTime::Never(), nullptr});
  const auto* twice = session.observers().Add(
      std::make_unique<PeerWitness>(core::PeerId{50}, WorldTime{40'000'000}));
  const auto* endless = session.observers().Add(
      std::make_unique<PeerWitness>(core::PeerId{60}, WorldTime{50'000'000}));
  RunQuietly(session);
  for (const auto& [witness, begin, end] :
       {std::tuple(twice, 30.0, 40.0), std::tuple(endless, 42.0, 50.0)}) {
    std::vector<std::pair<WorldFact::Kind, double>> told;
    for (const WorldFact& fact : witness->facts) {
      const bool process = fact.kind != WorldFact::Kind::kCommanded;
      if (process) told.emplace_back(fact.kind, static_cast<double>(fact.at.us) / 1e6);
    }
    ASSERT_EQ(told.size(), 3u);
    EXPECT_EQ(told[0].first, WorldFact::Kind::kStarted);
    EXPECT_EQ(told[1].first, WorldFact::Kind::kPaused);
    EXPECT_NEAR(told[1].second, begin, 0.01);
    EXPECT_EQ(told[2].first, WorldFact::Kind::kResumed);
    EXPECT_NEAR(told[2].second, end, 0.01);
    EXPECT_LE(static_cast<double>(witness->heard_before.us) / 1e6, begin + 0.01);
    EXPECT_LE(static_cast<double>(witness->heard_after.us) / 1e6, end + 5);
  }
}

TEST(WorldTest, CalmBringsEverybodyBack) {
  Session session(LoadOrFail(kEveryFeature), {2, 0, WorldTime::Never(), nullptr});
  ASSERT_TRUE(session.Open().ok());
  ASSERT_TRUE(session.RunTo(WorldTime{45'000'000}).ok());
  const auto down = [&] {
    uint32_t count = 0;
    for (uint32_t i = 0; i < session.world().PeerCount(); ++i)
      count += !session.world().IsUp(core::PeerId{i});
    return count;
  };
  EXPECT_GT(down(), 0u);
  ASSERT_TRUE(session.RunTo(WorldTime{52'000'000}).ok());
  EXPECT_EQ(down(), 0u);
}

}  // namespace
}  // namespace sim
