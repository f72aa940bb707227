#include "sim/world/adversaries/false_holder.h"

#include <variant>

namespace sim {

bool FalseHolder::Before(core::Time, core::Input& input) {
  asked_.clear();
  if (auto* const command = std::get_if<core::Command>(&input)) {
    auto* const lend = std::get_if<core::LendCommand>(command);
    if (lend != nullptr) lend->bytes *= static_cast<uint64_t>(room_);
  } else if (const auto* const arrival = std::get_if<core::Arrival>(&input)) {
    const auto* const confirm = std::get_if<core::ConfirmRequest>(&arrival->message->body);
    if (confirm != nullptr) asked_ = confirm->blocks;
  }
  return true;
}

void FalseHolder::Deny(core::Body& body) const {
  if (auto* const confirm = std::get_if<core::Confirm>(&body)) {
    confirm->missing = asked_;
  } else if (auto* const proof = std::get_if<core::HoldingProof>(&body)) {
    proof->state = core::ArchiveState::kNotHeld;
    proof->proof = {};
  }
}

void FalseHolder::Claim(core::Body& body) {
  if (auto* const confirm = std::get_if<core::Confirm>(&body)) {
    confirm->missing.clear();
  } else if (auto* const proof = std::get_if<core::HoldingProof>(&body)) {
    proof->state = core::ArchiveState::kHeld;
    occasions_.random().Fill(proof->proof.bytes);
  }
}

void FalseHolder::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    core::Body& body = out.message.body;
    auto* const range = std::get_if<core::Range>(&body);
    auto* const digest = std::get_if<core::RangeDigest>(&body);
    auto* const reply = std::get_if<core::ArchiveReply>(&body);
    const bool answers = range != nullptr || digest != nullptr || reply != nullptr ||
                         std::holds_alternative<core::Confirm>(body) ||
                         std::holds_alternative<core::HoldingProof>(body);
    if (!answers || !occasions_.Misbehave()) continue;
    if (range != nullptr) {
      *range = {};
    } else if (digest != nullptr) {
      digest->buckets.assign(size_t{1} << core::limits::kBucketBits, {});
    } else if (reply != nullptr) {
      reply->state = core::ArchiveState::kNotHeld;
      reply->archive = {};
    } else if (claims_ == Claims::kNothing) {
      Deny(body);
    } else {
      Claim(body);
    }
  }
}

}  // namespace sim
