#include "core/port/names.h"

#include <cstddef>

namespace core {

std::string_view NameOf(Role role) {
  return role == Role::kMatcher ? "matcher" : "worker";
}

std::string_view NameOf(DeclineReason reason) {
  switch (reason) {
    case DeclineReason::kBusy:
      return "busy";
    case DeclineReason::kGone:
      return "gone";
    case DeclineReason::kFilter:
      break;
  }
  return "filter";
}

std::string_view NameOf(RespecifyCause cause) {
  switch (cause) {
    case RespecifyCause::kThin:
      return "thin";
    case RespecifyCause::kCrowd:
      return "crowd";
    case RespecifyCause::kStart:
      break;
  }
  return "start";
}

std::string_view NameOf(MatchEnd end) {
  switch (end) {
    case MatchEnd::kSatisfied:
      return "satisfied";
    case MatchEnd::kPatience:
      return "patience";
    case MatchEnd::kLeft:
      break;
  }
  return "left";
}

// The enum starts at 1.
std::string_view NameOf(RecordRefused::Reason reason) {
  constexpr std::string_view kNames[] = {"signature", "filter", "expired", "topic", "self"};
  return kNames[static_cast<size_t>(reason) - 1];
}

std::string_view NameOf(GarbledReason reason) {
  switch (reason) {
    case GarbledReason::kMalformed:
      return "malformed";
    case GarbledReason::kTooLarge:
      return "too_large";
    case GarbledReason::kUnknownType:
      return "unknown_type";
    case GarbledReason::kWrongNetwork:
      return "wrong_network";
    case GarbledReason::kWrongVersion:
      break;
  }
  return "wrong_version";
}

// Enums of transactions start at 1, but for RejectReason.
std::string_view NameOf(CallKind call) {
  constexpr std::string_view kNames[] = {"put", "delete", "get", "revision", "transact"};
  return kNames[static_cast<size_t>(call) - 1];
}

std::string_view NameOf(CallOutcome outcome) {
  constexpr std::string_view kNames[] = {"committed", "found",    "stale",
                                         "conflict",  "rejected", "unavailable",
                                         "in_doubt",  "expired",  "no_room"};
  return kNames[static_cast<size_t>(outcome) - 1];
}

std::string_view NameOf(TxAction action) {
  constexpr std::string_view kNames[] = {"put",         "delete", "pend_put",
                                         "pend_delete", "commit", "cancel"};
  return kNames[static_cast<size_t>(action) - 1];
}

std::string_view NameOf(VoteKind kind) {
  constexpr std::string_view kNames[] = {"approve", "reject", "conflict", "expired"};
  return kNames[static_cast<size_t>(kind) - 1];
}

std::string_view NameOf(RejectReason reason) {
  constexpr std::string_view kNames[] = {"none",    "stale",      "invalid",   "no_pend",
                                         "decided", "membership", "signature", "busy",
                                         "expiry",  "no_room"};
  return kNames[static_cast<size_t>(reason)];
}

std::string_view NameOf(LockReleased::Cause cause) {
  constexpr std::string_view kNames[] = {"committed", "aborted", "timed_out", "stolen",
                                         "forgotten"};
  return kNames[static_cast<size_t>(cause) - 1];
}

std::string_view NameOf(TxState state) {
  constexpr std::string_view kNames[] = {"unknown", "pending", "committed", "aborted"};
  return kNames[static_cast<size_t>(state) - 1];
}

std::string_view NameOf(TxVerdict verdict) {
  constexpr std::string_view kNames[] = {"committed", "stale",    "conflict",
                                         "rejected",  "in_doubt", "unavailable"};
  return kNames[static_cast<size_t>(verdict) - 1];
}

std::string_view NameOf(BlockState state) {
  constexpr std::string_view kNames[] = {"absent",  "present", "deleted",
                                         "expired", "damaged", "unknown"};
  return kNames[static_cast<size_t>(state) - 1];
}

// These enums start at 1.
std::string_view NameOf(RingStatus status) {
  constexpr std::string_view kNames[] = {"joining", "active", "moving", "leaving"};
  return kNames[static_cast<size_t>(status) - 1];
}

std::string_view NameOf(ArchiveState state) {
  constexpr std::string_view kNames[] = {"held", "not_held", "not_mine", "damaged"};
  return kNames[static_cast<size_t>(state) - 1];
}

std::string_view NameOf(FetchEnd end) {
  constexpr std::string_view kNames[] = {"found", "absent", "unknown", "spared"};
  return kNames[static_cast<size_t>(end) - 1];
}

std::string_view NameOf(StoreVerdict verdict) {
  constexpr std::string_view kNames[] = {"stored", "have", "not_mine", "full", "refused", "failed"};
  return kNames[static_cast<size_t>(verdict) - 1];
}

std::string_view NameOf(NegotiationStage stage) {
  constexpr std::string_view kNames[] = {"free", "pair", "pool"};
  return kNames[static_cast<size_t>(stage) - 1];
}

std::string_view NameOf(NegotiationReject reason) {
  constexpr std::string_view kNames[] = {"farther",   "busy", "latency",
                                         "duplicate", "bad",  "dissolved"};
  return kNames[static_cast<size_t>(reason) - 1];
}

std::string_view NameOf(PoolEvent event) {
  constexpr std::string_view kNames[] = {"formed", "merged", "reverted", "dissolved"};
  return kNames[static_cast<size_t>(event) - 1];
}

std::string_view NameOf(MergeVerdict verdict) {
  constexpr std::string_view kNames[] = {"agreed", "done", "reverted"};
  return kNames[static_cast<size_t>(verdict) - 1];
}

std::string_view NameOf(PoolLeaving cause) {
  constexpr std::string_view kNames[] = {"reverted", "dissolved", "merged", "signed", "silence"};
  return kNames[static_cast<size_t>(cause) - 1];
}

std::string_view NameOf(VoteEnd end) {
  constexpr std::string_view kNames[] = {"block", "unitary", "missed", "refused"};
  return kNames[static_cast<size_t>(end) - 1];
}

std::string_view NameOf(SignObjection objection) {
  constexpr std::string_view kNames[] = {"none",    "cid",       "missing", "altered",
                                         "unequal", "duplicate", "late",    "size"};
  return kNames[static_cast<size_t>(objection)];
}

}  // namespace core
