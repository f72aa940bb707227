// Between a collection and the peer that runs its transactions: wishes become commands, what the
// peer observes becomes the collection's inputs.
//
// Owner: the host of the collection, one object for each collection and peer. A call that the peer
// never answers (it crashed) leaves the collection waiting; both are made anew with the peer.
// Source: protocol document, 1.5 (Client loop).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/collections/collection.h"
#include "core/port/command.h"
#include "core/port/observation.h"

namespace core {

// What the end of a TransactCommand means to a collection.
[[nodiscard]] TransactEnd EndOfTransaction(CallOutcome outcome);

class CollectionCalls {
 public:
  // Moves the wishes' fetches and transactions into commands, numbered from next_request on.
  void TakeWishes(CollectionWishes& wishes, uint64_t& next_request, std::vector<Command>& commands);

  // False when the observation is about none of these calls.
  bool OnObservation(const CollectionMoment& moment, const Observation& observation,
                     Collection& collection);

  [[nodiscard]] size_t open() const { return calls_.size(); }

 private:
  struct Call {
    uint64_t ticket = 0;
    bool fetch = false;
    FetchedBlock block{};  // What a BlockRead said, until the call finishes.
  };

  std::map<uint64_t, Call> calls_;  // By request.
};

}  // namespace core
