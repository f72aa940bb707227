#include "sim/workflow/explain/chain_shape.h"

#include <limits>

#include <gtest/gtest.h>

namespace sim {
namespace {

using Kind = Happening::Kind;

// A second vote at the peer, for the other operation; each number is of its kind, none is of the shape.
struct SecondVote {
  uint32_t peer = 3;
  int64_t start = 100;
  uint64_t operation = 7;
  std::string released_by = "cause forgotten";
  std::string vote = "vote approve";
  bool restarts = false;
  int retries = 1;

  [[nodiscard]] std::vector<Happening> Happenings() const {
    std::vector<Happening> all;
    int64_t at = start;
    const auto add = [&](Kind kind, std::string_view name, std::string words, uint64_t of) {
      Happening& one = all.emplace_back();
      one.kind = kind;
      one.at = WorldTime{at += start};
      one.peer = core::PeerId{peer};
      one.message = kind == Kind::kDelivered ? operation + static_cast<uint64_t>(at) : 0;
      one.operations = {of};
      one.name = name;
      one.words = std::move(words);
      return &one;
    };
    add(Kind::kFact, "lock_taken", "", operation);
    if (restarts) add(Kind::kProcess, "stopped", "", operation)->down = true;
    if (restarts) add(Kind::kProcess, "started", "", operation)->up = true;
    add(Kind::kFact, "lock_released", released_by, operation);
    for (int i = 0; i < retries; ++i) add(Kind::kDelivered, "tx_promise", "", operation + 1);
    add(Kind::kFact, "lock_taken", "", operation + 1);
    add(Kind::kFact, "vote_cast", vote, operation + 1)->trigger = true;
    return all;
  }

  [[nodiscard]] std::string Shape() const {
    const Chain chain =
        MakeChain(Happenings(), core::PeerId{peer}, std::numeric_limits<size_t>::max());
    EXPECT_EQ(ShapeOf(chain, core::kNoPeer), ShapeOf(chain, core::PeerId{peer}));
    return ShapeOf(chain, core::PeerId{peer});
  }
};

TEST(ChainShapeTest, SaysWhatThePeerMetAndWhatItDid) {
  EXPECT_EQ(SecondVote().Shape(), "lock_released (cause forgotten) .. vote_cast (vote approve)");
}

TEST(ChainShapeTest, LeavesOutPeersTimesIdsAndRepeats) {
  const SecondVote other{.peer = 12, .start = 77, .operation = 1234, .retries = 9};
  EXPECT_EQ(other.Shape(), SecondVote().Shape());
}

TEST(ChainShapeTest, TellsCausesApart) {
  const std::string shape = SecondVote().Shape();
  const std::string stolen = SecondVote{.released_by = "cause stolen"}.Shape();
  const std::string other = SecondVote{.vote = "vote reject"}.Shape();
  EXPECT_NE(other, shape);
  const std::string restarted = SecondVote{.restarts = true}.Shape();
  EXPECT_NE(stolen, shape);
  EXPECT_EQ(restarted, "started .. " + shape);
  EXPECT_NE(NameOfShape(stolen), NameOfShape(shape));
  EXPECT_NE(NameOfShape(restarted), NameOfShape(shape));
}

TEST(ChainShapeTest, NamesAreSixHexDigits) {
  EXPECT_EQ(NameOfShape("a").size(), 6u);
  EXPECT_EQ(NameOfShape("a").find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(ChainShapeTest, NothingHasNoShape) {
  EXPECT_EQ(ShapeOf(Chain(), core::kNoPeer), "");
}

// The first of anything: nothing was met, and the line is as long as there is one.
TEST(ChainShapeTest, PartsOfWhichThereIsNothingAreLeftOut) {
  std::vector<Happening> one(1);
  one[0].peer = core::PeerId{1};
  one[0].name = "record_refused";
  EXPECT_EQ(ShapeOf(MakeChain(one, core::PeerId{1}, 9), core::PeerId{1}), "record_refused");
}

}  // namespace
}  // namespace sim
