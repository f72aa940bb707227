#include "core/arachnode/range_pull.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

constexpr uint32_t kPeers = 16;

// Found by joiners of a ring whose holders had all moved out of it: at the end of the first half they asked the
// holders of that half for what lies behind it, again and again.
class RangePullTest : public testing::Test, protected RingRig {
 protected:
  RangePullTest() : RingRig(kPeers) {
    moment_.now = Time{Seconds(1'000'000).us};
    for (uint32_t i = 1; i < kPeers; ++i) {
      RingInfo info{
          .peer = PeerId{i}, .sequence = 1, .ring = 1, .from = 1, .issued_ms = moment_.now_ms()};
      const RingMoment theirs = As(PeerId{i});
      SignRingInfo(theirs, info);
      EXPECT_TRUE(book_.Learn(moment_, info));
    }
    for (uint64_t i = 0; i < 300; ++i) {
      Key256 key;
      Random({.seed = i}).Fill(key.bytes);
      blocks_.insert(key);
    }
  }

  // What a node of ring 1 has of the request.
  [[nodiscard]] Range ListOf(PeerId peer, const RangeRequest& request) const {
    Range range;
    const KeyRange half = RangeOf(identities_.NodeIdOf(peer), 1);
    for (auto at = blocks_.upper_bound(request.after); at != blocks_.end(); ++at) {
      if (range.blocks.size() < request.limit && half.Contains(*at)) {
        range.blocks.push_back({*at, 1});
      }
    }
    range.more = range.blocks.size() == request.limit;
    return range;
  }

  void Answer(PeerId peer, const Message& message) {
    const auto question = questions_.Answered(peer, message.id);
    ASSERT_TRUE(question.has_value());
    if (const auto* request = std::get_if<RangeRequest>(&message.body)) {
      ++pages_;
      pull_.OnRange(*question, ListOf(peer, *request), book_, moment_);
    } else if (const auto* wanted = std::get_if<ArchiveRequest>(&message.body)) {
      fetched_.insert(wanted->key);
      pull_.wants().OnFetched(*question, true);
    }
  }

  RingBook book_;
  Questions questions_;
  Shelf shelf_;
  RangePull pull_;
  std::set<Key256> blocks_;
  std::set<Key256> fetched_;
  int pages_ = 0;
};

TEST_F(RangePullTest, GoesOnWhereTheHoldersOfOneHalfEnd) {
  pull_.Begin(KeyRange{});
  pull_.Advance(moment_, book_, shelf_, questions_);
  while (pull_.running() && pages_ < 100) {
    const std::vector<Outgoing> sent(effects_.sends().begin(), effects_.sends().end());
    effects_.Clear();
    for (const Outgoing& outgoing : sent) Answer(outgoing.to[0], outgoing.message);
    pull_.Advance(moment_, book_, shelf_, questions_);
  }
  EXPECT_FALSE(pull_.running());
  EXPECT_EQ(fetched_, blocks_);
  EXPECT_LE(pages_, 10);
}

}  // namespace
}  // namespace core
