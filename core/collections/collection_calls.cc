#include "core/collections/collection_calls.h"

#include <utility>
#include <variant>

namespace core {

TransactEnd EndOfTransaction(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kCommitted:
      return TransactEnd::kCommitted;
    case CallOutcome::kStale:
      return TransactEnd::kStale;
    case CallOutcome::kConflict:
      return TransactEnd::kConflict;
    case CallOutcome::kRejected:
      return TransactEnd::kRejected;
    case CallOutcome::kNoRoom:
    case CallOutcome::kUnavailable:
      return TransactEnd::kUnavailable;
    case CallOutcome::kInDoubt:
    case CallOutcome::kFound:
    case CallOutcome::kExpired:
      return TransactEnd::kInDoubt;
  }
  return TransactEnd::kInDoubt;
}

void CollectionCalls::TakeWishes(CollectionWishes& wishes, uint64_t& next_request,
                                 std::vector<Command>& commands) {
  for (const FetchWish& wish : wishes.fetches) {
    const uint64_t request = next_request++;
    calls_[request] = {.ticket = wish.ticket, .fetch = true};
    commands.emplace_back(GetCommand{.request = request, .block = wish.block});
  }
  wishes.fetches.clear();
  for (TransactWish& wish : wishes.transactions) {
    const uint64_t request = next_request++;
    calls_[request] = {.ticket = wish.ticket, .fetch = false};
    commands.emplace_back(TransactCommand{
        .request = request, .writes = std::move(wish.changes.writes), .tail = wish.changes.tail});
  }
  wishes.transactions.clear();
}

bool CollectionCalls::OnObservation(const CollectionMoment& moment, const Observation& observation,
                                    Collection& collection) {
  if (const auto* read = std::get_if<BlockRead>(&observation)) {
    const auto call = calls_.find(read->request);
    if (call == calls_.end()) return false;
    call->second.block = {.revision = read->revision,
                          .bytes = Bytes(read->value.begin(), read->value.end())};
    return true;
  }
  const auto* finished = std::get_if<CallFinished>(&observation);
  if (finished == nullptr) return false;
  const auto found = calls_.find(finished->request);
  if (found == calls_.end()) return false;
  Call call = std::move(found->second);
  calls_.erase(found);
  if (!call.fetch) {
    collection.OnTransactEnd(moment, call.ticket, EndOfTransaction(finished->outcome));
    return true;
  }
  const bool absent = finished->deleted || finished->revision == 0;
  // A block that is there comes with its content, or the answer is no answer.
  if (finished->outcome != CallOutcome::kFound || absent == call.block.bytes.has_value()) {
    collection.OnUnavailable(moment, call.ticket);
    return true;
  }
  call.block.revision = finished->revision;
  collection.OnBlock(moment, call.ticket, std::move(call.block));
  return true;
}

}  // namespace core
