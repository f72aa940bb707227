#include "sim/world/adversaries/ring_liar.h"

#include <variant>

#include "core/codec/canonical.h"

namespace sim {
namespace {

// The words that a message carries; nullptr: it carries none.
template <typename Variant>
auto* WordsIn(Variant& body) {
  using Words = std::remove_reference_t<decltype((std::get<core::Refs>(body).infos))>;
  Words* words = nullptr;
  if (auto* const refs = std::get_if<core::Refs>(&body)) words = &refs->infos;
  if (auto* const request = std::get_if<core::RefsRequest>(&body)) words = &request->infos;
  if (auto* const confirm = std::get_if<core::Confirm>(&body)) words = &confirm->infos;
  if (auto* const reply = std::get_if<core::ArchiveReply>(&body)) words = &reply->infos;
  return words;
}

}  // namespace

bool RingLiar::Before(core::Time, core::Input& input) {
  const auto* const arrival = std::get_if<core::Arrival>(&input);
  if (lie_ != Lie::kReplay || arrival == nullptr) return true;
  const auto* const words = WordsIn(arrival->message->body);
  if (words == nullptr) return true;
  for (const core::RingInfo& word : *words) first_.try_emplace(word.peer, word);
  return true;
}

void RingLiar::SayOfItself(core::RingInfo& word) const {
  word.status = lie_ == Lie::kMoving ? core::RingStatus::kMoving : core::RingStatus::kActive;
  word.ring = lie_ == Lie::kMoving ? 1 : 0;
  word.from = 0;
  std::vector<uint8_t> bytes;
  core::RingInfoSigningBytes(context_.context->network, word,
                             context_.context->directory->NodeIdOf(context_.self), bytes);
  word.signature = context_.context->suite->Sign(*context_.secret, bytes);
}

void RingLiar::Falsify(std::vector<core::RingInfo>& words) {
  if (lie_ == Lie::kHide) {
    std::erase_if(words, [&](const core::RingInfo& word) { return word.peer != context_.self; });
  }
  for (core::RingInfo& word : words) {
    const bool own = word.peer == context_.self;
    if (own && (lie_ == Lie::kInflate || lie_ == Lie::kMoving)) SayOfItself(word);
    const auto first = first_.find(word.peer);
    if (!own && first != first_.end()) word = first->second;
  }
}

void RingLiar::After(core::Time, const core::Input&, core::Effects& effects) {
  for (core::Outgoing& out : effects.sends()) {
    auto* const words = WordsIn(out.message.body);
    if (words != nullptr && occasions_.Misbehave()) Falsify(*words);
  }
}

}  // namespace sim
