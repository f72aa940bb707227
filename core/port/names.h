// The words for what messages and observations say: one set for traces, for pages and for clients of a node.
//
// They are part of documented formats (docs/trace_format.md, docs/control_protocol.md): a word changes with its format's
// version. REQUIRES everywhere: the value is one of its enum's.
#pragma once

#include <string_view>

#include "core/codec/messages.h"
#include "core/port/input.h"
#include "core/port/observation.h"

namespace core {

[[nodiscard]] std::string_view NameOf(Role role);
[[nodiscard]] std::string_view NameOf(DeclineReason reason);
[[nodiscard]] std::string_view NameOf(RespecifyCause cause);
[[nodiscard]] std::string_view NameOf(MatchEnd end);
[[nodiscard]] std::string_view NameOf(RecordRefused::Reason reason);
[[nodiscard]] std::string_view NameOf(GarbledReason reason);
[[nodiscard]] std::string_view NameOf(CallKind call);
[[nodiscard]] std::string_view NameOf(CallOutcome outcome);
[[nodiscard]] std::string_view NameOf(TxAction action);
[[nodiscard]] std::string_view NameOf(VoteKind kind);
[[nodiscard]] std::string_view NameOf(RejectReason reason);
[[nodiscard]] std::string_view NameOf(LockReleased::Cause cause);
[[nodiscard]] std::string_view NameOf(TxState state);
[[nodiscard]] std::string_view NameOf(TxVerdict verdict);
[[nodiscard]] std::string_view NameOf(BlockState state);
[[nodiscard]] std::string_view NameOf(RingStatus status);
[[nodiscard]] std::string_view NameOf(ArchiveState state);
[[nodiscard]] std::string_view NameOf(FetchEnd end);
[[nodiscard]] std::string_view NameOf(StoreVerdict verdict);
[[nodiscard]] std::string_view NameOf(NegotiationStage stage);
[[nodiscard]] std::string_view NameOf(NegotiationReject reason);
[[nodiscard]] std::string_view NameOf(PoolEvent event);
[[nodiscard]] std::string_view NameOf(MergeVerdict verdict);
[[nodiscard]] std::string_view NameOf(PoolLeaving cause);
[[nodiscard]] std::string_view NameOf(VoteEnd end);
[[nodiscard]] std::string_view NameOf(SignObjection objection);

}  // namespace core
