// Search: is there an order of one object's calls that its model allows and real time permits?
//
// Method: Wing and Gong's search in Lowe's form. Invocations and returns stand in a linked list; a call may come next when
// it was invoked before the first return in the list; a configuration (set of calls done, state) is entered once. Three
// things make it quick, and none changes an answer:
//   * a call that only reads and fits is taken at once and nothing else is tried in its place: whatever order exists, the
//     read may come first in it;
//   * a call that need not have happened is tried after those that must;
//   * a set of calls is kept as "all before the n-th, and these few behind".
// Budgets are configurations and words of memory, never seconds: the same input, the same answer. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/history/history.h"
#include "sim/history/model.h"
#include "sim/history/visited.h"

namespace sim {

// A call as the search sees it.
struct Span {
  uint32_t call = 0;  // Number in the model.
  uint32_t invoked = 0;
  uint32_t returned = kNeverEnded;  // kNeverEnded: need not have happened.
};

// Of all calls that may have happened; `call` is the index in the history.
[[nodiscard]] std::vector<Span> SpansOf(const History& history);

struct SearchBudget {
  uint64_t configurations = 4'000'000;
  size_t words = size_t{1} << 27;
};

class Search {
 public:
  enum class Answer : uint8_t { kYes, kNo, kUnknown };

  // REQUIRES: the spans stand in the order of invocation.
  Search(Model& model, std::span<const Span> spans, const SearchBudget& budget);

  // Looks for one order of all calls that returned.
  [[nodiscard]] Answer Run(Model::State initial);

  struct Final {
    Model::State state = 0;
    std::optional<uint32_t>
        set_by;  // The call that changed the state last, in the first order found.
  };

  // Looks for all orders: every state in which all calls that returned can be done, in the order of finding. Without a value:
  // the budget ended.
  [[nodiscard]] std::optional<std::vector<Final>> Explore(Model::State initial);

  // After kNo: the place of the earliest return up to which no order exists.
  [[nodiscard]] uint32_t blocked_at() const { return blocked_at_; }

  // After kYes: the state just before `call`, in the order that was found. Empty: it is not in that order.
  [[nodiscard]] std::optional<Model::State> StateBefore(uint32_t call) const;

  [[nodiscard]] uint64_t configurations() const { return visited_.size(); }

 private:
  // One entry of the list: calls that must happen have two, the others one.
  struct Entry {
    uint32_t span = 0;
    uint32_t place = 0;
    uint32_t previous = 0;
    uint32_t next = 0;
    uint32_t mate = 0;  // The return of an invocation; its own index for a return.
    uint32_t rank = 0;  // Among those that must, or among the others.
    bool must = false;
  };

  // A call that was taken.
  struct Taken {
    uint32_t entry = 0;
    Model::State before = 0;
    bool alone = false;  // Nothing else is tried in its place.
  };

  enum class Step : uint8_t { kTaken, kRefused, kDead, kFull };

  void Link(std::span<const Span> spans);
  void Append(uint32_t& last, const Entry& entry);
  [[nodiscard]] Answer Walk(Model::State initial, std::vector<Final>* finals);
  [[nodiscard]] uint32_t NextCandidate(uint32_t entry);
  [[nodiscard]] uint32_t FirstCandidate();
  [[nodiscard]] uint32_t FirstOptional();
  [[nodiscard]] uint32_t WithinReach(uint32_t entry) const;
  [[nodiscard]] Step Try(uint32_t entry);
  [[nodiscard]] uint32_t Back();
  void Lift(uint32_t entry);
  void Drop(uint32_t entry);
  [[nodiscard]] Visited::Answer Enter();
  void Note(std::vector<Final>& finals);

  Model& model_;
  SearchBudget budget_;
  std::vector<Span> spans_;
  std::vector<Entry> entries_;  // 0 and 1: the ends of the list that must, and of the other.
  uint32_t must_left_ = 0;
  std::vector<uint64_t> done_;      // By rank: those that must.
  std::vector<uint64_t> optional_;  // By rank: the others.
  uint32_t first_open_ = 0;         // Word of done_: all before it are full.
  uint32_t behind_done_ = 0;        // Word of done_: none from here on is set.
  Model::State state_ = 0;
  std::vector<Taken> taken_;
  Visited visited_;
  std::vector<uint64_t> key_;
  uint32_t blocked_at_ = 0;
};

}  // namespace sim
