// Room: what a member keeps for its clusters is bounded (TransactionsConfig::cluster_cache), and what it lets
// go of the storage rings hold.
//
//   the values fill             | then
//   three quarters of the bound | the rings are asked whether they hold the coldest (core/repository/two_queue.h)
//   and holders have shown it   | they go; who reads them is served through the rings (voter_fetch.cc)
//   and they have not           | these stay; the next coldest are asked about, after a wait when all stay
//   all of it                   | a write that brings a value is refused: no_room
//
// An approval keeps room for its value. What others have decided without this member is taken even beyond the
// bound: a majority counts on it. Source: protocol document, 1.2.1; docs/decisions/0023-a-bounded-cache.md.
#include <algorithm>
#include <utility>

#include "core/transactions/voter.h"

namespace core {
namespace {

constexpr size_t kPartingAtOnce = 16;
constexpr uint64_t kFreeShare = 4;  // One part in so many is to be free.

}  // namespace

uint64_t Voter::UsedRoom() const {
  uint64_t used = repository_.ValueBytes();
  cases_.ForEach([&](const Key256&, const std::unique_ptr<Case>& open) {
    if (open->locked) used += open->value.size();
  });
  return used;
}

bool Voter::HasRoom(const TxMoment& moment, size_t bytes) const {
  const uint64_t bound = moment.config().cluster_cache;
  return bound == 0 || UsedRoom() + bytes <= bound;
}

Voter::Judgement Voter::JudgeRoom(const TxMoment& moment, const Case& known) {
  const size_t bytes = known.value.size();
  if (HasRoom(moment, bytes)) return {};
  // What can never fit must not empty the cache.
  if (bytes <= moment.config().cluster_cache) {
    refused_bytes_ = std::max<uint64_t>(refused_bytes_, bytes);
  }
  return {.kind = VoteKind::kReject,
          .reason = RejectReason::kNoRoom,
          .winner = {},
          .behind = false,
          .early = false};
}

uint64_t Voter::RoomWanted(const TxMoment& moment) const {
  const uint64_t bound = moment.config().cluster_cache;
  return bound - std::max(bound / kFreeShare, refused_bytes_);
}

void Voter::MakeRoom(const TxMoment& moment) {
  if (moment.config().cluster_cache == 0 || !parting_.empty() || room_at_ != Time::Never()) return;
  const uint64_t used = UsedRoom();
  const uint64_t wanted = RoomWanted(moment);
  if (used <= wanted) {
    refused_bytes_ = 0;
    return;
  }
  if (!moment.asks_rings) return;
  for (const BlockId& block : repository_.Coldest(used - wanted, kPartingAtOnce)) {
    parting_.push_back({.block = block, .revision = repository_.TipOf(block).revision});
  }
  to_part_ = parting_;
}

void Voter::OnVouched(const TxMoment& moment, const VouchedValue& vouched) {
  const BlockId& block = vouched.value.block;
  const size_t mine =
      std::erase_if(parting_, [&](const PartingValue& value) { return value.block == block; });
  if (mine == 0) return;
  if (!vouched.held) {
    repository_.Defer(block);
  } else if (UsedRoom() > RoomWanted(moment)) {
    StoreBatch batch;
    Due due;
    if (repository_.LetGo(block, vouched.value.revision, batch, due.facts)) {
      moment.journal.Commit(moment, std::move(batch), std::move(due));
    }
  }
  vouched_ = vouched_ || vouched.held;
  if (!parting_.empty()) return;
  const TransactionsConfig& config = moment.config();
  if (std::exchange(vouched_, false)) {
    room_wait_ = config.ack_retry;
    return;
  }
  // What was just written is on its way into the rings; what does not fit there is not worth asking often.
  room_wait_ = std::clamp(room_wait_, config.ack_retry, config.ack_retry_cap);
  room_at_ = moment.now + room_wait_;
  room_wait_ = room_wait_ * 2;
}

void Voter::TakeBack(const TxMoment& moment, const Archive& archive) {
  if (!HasRoom(moment, archive.value.size())) return;
  StoreBatch batch;
  if (!repository_.PutBack(archive.block, archive.revision, archive.value, batch)) return;
  moment.journal.Commit(moment, std::move(batch), {});
}

}  // namespace core
