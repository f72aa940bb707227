#include "core/matchmaking/record_check.h"

#include <algorithm>
#include <vector>

#include "core/codec/canonical.h"

namespace core {

uint64_t NextSequence(const Moment& moment) {
  const auto clock = static_cast<uint64_t>(std::max<int64_t>(moment.now.us, 1));
  moment.last_sequence = std::max(moment.last_sequence + 1, clock);
  return moment.last_sequence;
}

void SignRecord(const Moment& moment, Record& record) {
  record.peer = moment.self;
  record.sequence = NextSequence(moment);
  record.attached_ms = moment.now_ms();
  std::vector<uint8_t> bytes;
  RecordSigningBytes(moment.context.network, record, moment.self_id(), bytes);
  record.signature = moment.context.suite->Sign(moment.secret, bytes);
  moment.effects.CountSign();
}

Withdraw SignedWithdraw(const Moment& moment, const Key256& key, const Record& record) {
  Withdraw withdraw;
  withdraw.key = key;
  withdraw.topic = record.topic;
  withdraw.peer = moment.self;
  withdraw.sequence = record.sequence;
  std::vector<uint8_t> bytes;
  WithdrawSigningBytes(moment.context.network, withdraw, moment.self_id(), bytes);
  withdraw.signature = moment.context.suite->Sign(moment.secret, bytes);
  moment.effects.CountSign();
  return withdraw;
}

bool HasValidSignature(const Moment& moment, const Record& record) {
  const Directory& directory = *moment.context.directory;
  std::vector<uint8_t> bytes;
  RecordSigningBytes(moment.context.network, record, directory.NodeIdOf(record.peer), bytes);
  moment.effects.CountVerify();
  return moment.context.suite->Verify(directory.PublicKeyOf(record.peer), bytes, record.signature);
}

bool HasValidSignature(const Moment& moment, const Withdraw& withdraw) {
  const Directory& directory = *moment.context.directory;
  std::vector<uint8_t> bytes;
  WithdrawSigningBytes(moment.context.network, withdraw, directory.NodeIdOf(withdraw.peer), bytes);
  moment.effects.CountVerify();
  return moment.context.suite->Verify(directory.PublicKeyOf(withdraw.peer), bytes,
                                      withdraw.signature);
}

bool Passes(const Filter& filter, const Record& record) {
  if (record.role == Role::kWorker && record.budget < filter.min_budget) return false;
  bool passes = true;
  filter.must.ForEach([&](std::string_view text) {
    if (!record.capabilities.Contains(text)) passes = false;
  });
  filter.must_not.ForEach([&](std::string_view text) {
    if (record.capabilities.Contains(text)) passes = false;
  });
  return passes;
}

Duration ClampTtl(uint32_t ttl_ms) {
  return Milliseconds(std::clamp(ttl_ms, limits::kTtlMinMs, limits::kTtlMaxMs));
}

bool IsStale(const Moment& moment, const Record& record) {
  const Duration life = ClampTtl(record.ttl_ms) + moment.config().clock_tolerance;
  return record.attached_ms < moment.now_ms() - life.us / 1000;
}

RecordVerdict Judge(const Moment& moment, const Served& served, const Record& record) {
  using Reason = RecordRefused::Reason;
  const auto refuse = [&](Reason reason) {
    moment.effects.Observe(RecordRefused{.holder = served.holder,
                                         .owner = record.peer,
                                         .reason = reason,
                                         .sequence = record.sequence});
    return reason == Reason::kSignature ? RecordVerdict::kForged : RecordVerdict::kRefused;
  };
  if (record.peer == moment.self) return refuse(Reason::kSelf);
  if (record.topic != served.topic) return refuse(Reason::kTopic);
  if (record.role != served.role || !Passes(*served.filter, record)) {
    return refuse(Reason::kFilter);
  }
  if (IsStale(moment, record)) return refuse(Reason::kExpired);
  if (!HasValidSignature(moment, record)) return refuse(Reason::kSignature);
  return RecordVerdict::kGood;
}

}  // namespace core
