// JointAction: one action over several collections of one client, an entry in each log or in none.
//
// Each collection plays its part on its own blocks and offers a change set. All offers together are
// one transaction with one deciding block, the primary tail: of the blocks that would decide for
// each collection alone the one with the smallest id. What the transaction writes elsewhere, the
// other tails among it, is pended there until the primary tail's certificate says what became of it.
//
//   phase      | event                                      | then
//   gathering  | every collection offers                    | deciding
//              | one refuses or drops the action            | over; the others withdraw
//              | one meets the action in its log            | landing
//              | one is damaged, no try is in doubt         | over: damaged in all
//              | one is damaged, a try is in doubt          | gathering: the others look again, until it is settled
//   deciding   | committed, rejected                        | over
//              | stale, conflict, unavailable, in doubt     | gathering: every collection looks again
//   landing    | another one offers                         | landing: it has to look again
//              | another one is damaged                     | its part is over: damaged
//              | every collection has met the action        | over
//
// Invariants: (1) each try writes the tail of every collection, so of two tries made from one state
// of any of them at most one succeeds; (2) hence a collection that refuses the action for good, its
// log having moved behind the state of every try, or no try having been made, refuses for all; (3)
// what one collection has met is committed, and is never tried again; (4) an action that ends damaged
// is in no log that can be read, unless another collection reports it committed. A sync of each collection is
// the owner's matter. Owner: whoever owns the collections. Thread rule: one thread.
// Source: protocol document, 1.4.7 (several collections), 1.5.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/collections/collection.h"

namespace core {

class JointAction {
 public:
  struct Part {
    Collection* collection = nullptr;
    CollectionWishes* wishes = nullptr;  // Of the collection's steps.
    Bytes payload{};
  };

  // Adds the action to every collection, or to none when one of them does not take it.
  // REQUIRES: different collections, at most kActionCollectionsMax + 1; they and their wishes outlive
  // the action.
  [[nodiscard]] static StatusOr<JointAction> Begin(const ActionId& id, std::vector<Part> parts);

  // To be told of every report of the collections on this action ...
  void OnReport(const ActionReport& report);
  // ... and called after their steps. A change set for each collection when it is time for a
  // transaction with all of them, otherwise none.
  [[nodiscard]] std::vector<ChangeSet> Proceed(Time now, Random& random);
  // How that transaction ended.
  void OnTransactEnd(Time now, Random& random, TransactEnd end);

  [[nodiscard]] const ActionId& id() const { return id_; }

  // Every collection has reported an end.
  [[nodiscard]] bool over() const { return committed_ + given_up_ == parts_.size(); }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  JointAction(const ActionId& id, std::vector<Part> parts) : id_(id), parts_(std::move(parts)) {}

  [[nodiscard]] std::vector<ChangeSet> Offers() const;
  [[nodiscard]] bool IsDamaged() const;
  void LandElsewhere(Time now, Random& random);
  void GiveUpDamaged(Time now, Random& random);
  void Withdraw(Time now, Random& random, ActionEnd why);

  ActionId id_;
  std::vector<Part> parts_;
  bool deciding_ = false;
  size_t committed_ = 0;  // Collections that have reported it so.
  size_t given_up_ = 0;
  ActionEnd why_ = ActionEnd::kRefused;  // It was given up.
  Time settled_at_;                      // When every try has ended, one way or the other.
  bool looked_ = false;  // The collections that can be read began to look after that.
};

// The transaction of all the change sets. REQUIRES: at least one, and no block in two of them.
[[nodiscard]] ChangeSet Together(std::span<const ChangeSet> parts);

}  // namespace core
