#include "core/routing/table.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/fake_directory.h"

namespace core {
namespace {

constexpr size_t kBucketSize = 16;

// An id that shares exactly `prefix` leading bits with `own`, the rest drawn.
NodeId IdInBucket(const NodeId& own, int prefix, Random& random) {
  NodeId tail;
  random.Fill(tail.bytes);
  NodeId id = Splice(own, tail, prefix + 1);
  if (id.Bit(prefix) == own.Bit(prefix)) id.FlipBit(prefix);
  return id;
}

PeerList BruteForce(const FakeDirectory& directory, std::vector<PeerId> peers, const Key256& target,
                    size_t count) {
  std::sort(peers.begin(), peers.end(), [&](PeerId a, PeerId b) {
    return Nearer(target, directory.NodeIdOf(a), directory.NodeIdOf(b));
  });
  PeerList nearest;
  for (size_t i = 0; i < std::min(count, peers.size()); ++i) nearest.push_back(peers[i]);
  return nearest;
}

class TableTest : public testing::Test {
 protected:
  TableTest() : own_(directory_.AddRandom(random_)), table_(own_id(), kBucketSize) {}

  [[nodiscard]] NodeId own_id() const { return directory_.NodeIdOf(own_); }

  PeerId AddTo(int bucket) { return directory_.Add(IdInBucket(own_id(), bucket, random_)); }

  Table::NoteResult Hear(PeerId peer) {
    const NodeId& id = directory_.NodeIdOf(peer);
    return table_.NoteAlive(peer, id, table_.BucketOf(id));
  }

  FakeDirectory directory_;
  Random random_{StreamKey{.seed = 11}};
  PeerId own_;
  Table table_;
};

TEST_F(TableTest, EveryPrefixLengthHasItsBucket) {
  std::vector<PeerId> expected;
  for (int bucket = 0; bucket < 256; ++bucket) {
    const PeerId peer = AddTo(bucket);
    EXPECT_EQ(table_.BucketOf(directory_.NodeIdOf(peer)), bucket);
    EXPECT_EQ(Hear(peer).noted, Table::Noted::kAdded);
    EXPECT_EQ(table_.SizeOf(bucket), 1u);
    EXPECT_TRUE(table_.Contains(peer, bucket));
    expected.push_back(peer);
  }
  EXPECT_EQ(table_.Contacts(), expected);
  EXPECT_EQ(table_.BucketOf(own_id()), Table::kNoBucket);
}

TEST_F(TableTest, BucketsLieInOrderWhateverTheOrderOfArrival) {
  for (int bucket : {255, 3, 70, 0, 128, 3}) Hear(AddTo(bucket));
  const std::vector<PeerId> contacts = table_.Contacts();
  std::vector<int> buckets;
  for (PeerId peer : contacts) buckets.push_back(table_.BucketOf(directory_.NodeIdOf(peer)));
  EXPECT_EQ(buckets, (std::vector<int>{0, 3, 3, 70, 128, 255}));
}

TEST_F(TableTest, FullBucketTakesNoStranger) {
  for (size_t i = 0; i < kBucketSize; ++i) EXPECT_EQ(Hear(AddTo(5)).noted, Table::Noted::kAdded);
  EXPECT_EQ(Hear(AddTo(5)).noted, Table::Noted::kFull);
  EXPECT_EQ(table_.SizeOf(5), kBucketSize);
  EXPECT_TRUE(table_.IsFull(5));
}

TEST_F(TableTest, HeardPeerBecomesTheMostRecent) {
  const PeerId first = AddTo(2);
  const PeerId second = AddTo(2);
  Hear(first);
  Hear(second);
  EXPECT_EQ(table_.OldestOf(2), first);
  EXPECT_EQ(Hear(first).noted, Table::Noted::kKnown);
  EXPECT_EQ(table_.OldestOf(2), second);
}

TEST_F(TableTest, SuspectIsNotToldAndGivesWayToAStranger) {
  std::vector<PeerId> peers;
  for (size_t i = 0; i < kBucketSize; ++i) {
    peers.push_back(AddTo(4));
    Hear(peers.back());
  }
  EXPECT_FALSE(table_.NoteSilent(peers[7], 4));
  EXPECT_EQ(table_.SuspectsOf(4), 1u);
  EXPECT_TRUE(table_.IsSuspect(peers[7], 4));
  EXPECT_EQ(table_.Nearest(directory_, {.target = own_id()}).size(), kBucketSize - 1);
  EXPECT_EQ(table_.Nearest(directory_, {.target = own_id(), .with_suspects = true}).size(),
            kBucketSize);
  const PeerId stranger = AddTo(4);
  const Table::NoteResult result = Hear(stranger);
  EXPECT_EQ(result.noted, Table::Noted::kReplacedSuspect);
  EXPECT_EQ(result.evicted, peers[7]);
  EXPECT_EQ(table_.SuspectsOf(4), 0u);
  EXPECT_TRUE(table_.Contains(stranger, 4));
}

TEST_F(TableTest, SuspectThatIsHeardIsTrustedAgain) {
  const PeerId peer = AddTo(1);
  Hear(peer);
  table_.NoteSilent(peer, 1);
  Hear(peer);
  EXPECT_FALSE(table_.IsSuspect(peer, 1));
  EXPECT_EQ(table_.SuspectsOf(1), 0u);
}

TEST_F(TableTest, SilentTwiceIsRemoved) {
  const PeerId peer = AddTo(9);
  Hear(peer);
  EXPECT_FALSE(table_.NoteSilent(peer, 9));
  EXPECT_TRUE(table_.NoteSilent(peer, 9));
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(table_.buckets(), 0);
  EXPECT_FALSE(table_.NoteSilent(peer, 9));
}

TEST_F(TableTest, EqualDigitsAreOrderedByFullIds) {
  NodeId id = own_id();
  id.FlipBit(0);
  std::vector<PeerId> peers;
  for (int i = 0; i < 10; ++i) {
    NodeId twin = id;  // Equal in the 16 bits behind bit 0, drawn far behind them.
    twin.bytes[20] = static_cast<uint8_t>(random_.Next());
    twin.bytes[31] = static_cast<uint8_t>(i);
    peers.push_back(directory_.Add(twin));
    Hear(peers.back());
  }
  for (int round = 0; round < 50; ++round) {
    Key256 target;
    random_.Fill(target.bytes);
    EXPECT_EQ(table_.Nearest(directory_, {.target = target}),
              BruteForce(directory_, peers, target, 16));
  }
}

TEST_F(TableTest, SharedPrefixCountsTheNearest) {
  EXPECT_EQ(table_.SharedPrefixWithNearest(1), 0);
  for (int bucket : {9, 7, 7, 2}) Hear(AddTo(bucket));
  EXPECT_EQ(table_.SharedPrefixWithNearest(1), 9);
  EXPECT_EQ(table_.SharedPrefixWithNearest(2), 7);
  EXPECT_EQ(table_.SharedPrefixWithNearest(3), 7);
  EXPECT_EQ(table_.SharedPrefixWithNearest(4), 2);
  EXPECT_EQ(table_.SharedPrefixWithNearest(5), 0);
}

TEST_F(TableTest, DistanceOfNearestHasSeventeenTrueBits) {
  std::vector<PeerId> peers;
  for (int bucket = 0; bucket < 80; ++bucket) {
    for (int i = 0; i < 3; ++i) {
      peers.push_back(AddTo(bucket));
      Hear(peers.back());
    }
  }
  std::vector<uint64_t> distances;
  for (PeerId peer : peers) {
    distances.push_back(WordOf(own_id(), 0) ^ WordOf(directory_.NodeIdOf(peer), 0));
  }
  std::sort(distances.begin(), distances.end());
  for (size_t n = 1; n <= distances.size(); ++n) {
    const uint64_t stored = table_.DistanceOfNearest(n);
    const uint64_t exact = distances[n - 1];
    EXPECT_LE(stored, exact);
    EXPECT_LE(exact - stored, exact >> 16) << n;
  }
}

// ---- a million peers ----

// A table as a peer among 2^20 has it: bucket b sees 2^(19-b) peers.
TEST_F(TableTest, IdleTableAmongAMillionFitsItsBudget) {
  for (int bucket = 0; bucket < 22; ++bucket) {
    const int population = bucket < 20 ? 1 << (19 - bucket) : 1;
    for (int i = 0; i < std::min(population, 16); ++i) Hear(AddTo(bucket));
  }
  EXPECT_GE(table_.size(), 17u * 16u);
  EXPECT_LE(table_.HeapBytes(), 2048u);
}

// ---- the model: sorted vectors ----

struct ModelContact {
  PeerId peer;
  bool suspect = false;
};

class Model {
 public:
  explicit Model(size_t bucket_size) : bucket_size_(bucket_size) {}

  void Hear(PeerId peer, int bucket) {
    auto& list = buckets_[bucket];
    if (Erase(list, peer) || list.size() < bucket_size_) {
      list.push_back({peer, false});
    } else if (list.front().suspect) {
      list.erase(list.begin());
      list.push_back({peer, false});
    }
  }

  void Silent(PeerId peer, int bucket) {
    auto& list = buckets_[bucket];
    const auto found = Find(list, peer);
    if (found == list.end()) return;
    const bool suspect = found->suspect;
    list.erase(found);
    if (suspect) return;
    const auto place = std::find_if(list.begin(), list.end(),
                                    [](const ModelContact& contact) { return !contact.suspect; });
    list.insert(place, {peer, true});
  }

  [[nodiscard]] std::vector<PeerId> Contacts(bool with_suspects) const {
    std::vector<PeerId> contacts;
    for (const auto& [bucket, list] : buckets_) {
      for (const ModelContact& contact : list) {
        if (with_suspects || !contact.suspect) contacts.push_back(contact.peer);
      }
    }
    return contacts;
  }

 private:
  static std::vector<ModelContact>::iterator Find(std::vector<ModelContact>& list, PeerId peer) {
    return std::find_if(list.begin(), list.end(),
                        [peer](const ModelContact& contact) { return contact.peer == peer; });
  }

  static bool Erase(std::vector<ModelContact>& list, PeerId peer) {
    const auto found = Find(list, peer);
    if (found == list.end()) return false;
    list.erase(found);
    return true;
  }

  size_t bucket_size_;
  std::map<int, std::vector<ModelContact>> buckets_;
};

RC_GTEST_PROP(TablePropertyTest, AgreesWithTheModel, ()) {
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  const auto bucket_size = *rc::gen::inRange(1, 17);
  FakeDirectory directory(seed, 120);
  Random random(StreamKey{.seed = seed});
  const NodeId own = directory.NodeIdOf(PeerId{0});
  for (int i = 0; i < 40; ++i) directory.Add(IdInBucket(own, i * 6, random));
  Table table(own, bucket_size);
  Model model(static_cast<size_t>(bucket_size));
  const auto operations = *rc::gen::resize(
      1000, rc::gen::container<std::vector<std::pair<bool, uint32_t>>>(rc::gen::pair(
                rc::gen::weightedElement<bool>({{3, true}, {2, false}}),
                rc::gen::inRange<uint32_t>(1, static_cast<uint32_t>(directory.size())))));
  for (const auto& [heard, value] : operations) {
    const PeerId peer{value};
    const NodeId& id = directory.NodeIdOf(peer);
    const int bucket = table.BucketOf(id);
    if (heard) {
      table.NoteAlive(peer, id, bucket);
      model.Hear(peer, bucket);
    } else {
      table.NoteSilent(peer, bucket);
      model.Silent(peer, bucket);
    }
    RC_ASSERT(table.Contacts() == model.Contacts(true));
  }
  for (int round = 0; round < 5; ++round) {
    Key256 target;
    random.Fill(target.bytes);
    target = Splice(own, target, static_cast<int>(random.Below(200)));
    const size_t count = random.Below(17);
    RC_ASSERT(table.Nearest(directory, {.target = target, .count = count}) ==
              BruteForce(directory, model.Contacts(false), target, count));
    RC_ASSERT(table.Nearest(directory, {.target = target, .count = count, .with_suspects = true}) ==
              BruteForce(directory, model.Contacts(true), target, count));
  }
}

}  // namespace
}  // namespace core
