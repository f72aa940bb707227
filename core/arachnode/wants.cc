#include "core/arachnode/wants.h"

#include <algorithm>

namespace core {

void Wants::Add(const KeyedRevision& block, PeerId source) {
  const auto known = std::find_if(wants_.begin(), wants_.end(),
                                  [&](const Want& want) { return want.block.key == block.key; });
  Want& want = known == wants_.end() ? wants_.emplace_back() : *known;
  want.block = {block.key, std::max(want.block.revision, block.revision)};
  want.sources.push_back(source);
}

void Wants::DropIf(const std::function<bool(const KeyedRevision&)>& drop) {
  std::erase_if(wants_, [&](const Want& want) { return !want.asked && drop(want.block); });
}

void Wants::Clear() {
  wants_.clear();
  first_ = 0;
  fetched_ = 0;
  failed_ = 0;
}

bool Wants::Ask(const RingMoment& moment, Asker asker, Questions& questions) {
  size_t open = questions.CountOf(asker);
  for (; first_ < wants_.size() && open < kWindow; ++first_) {
    Want& want = wants_[first_];
    if (want.over || want.asked) continue;
    if (want.sources.empty()) {
      want.over = true;
      ++failed_;
      continue;
    }
    const auto quickest =
        std::min_element(want.sources.begin(), want.sources.end(), [&](PeerId a, PeerId b) {
          return questions.CountTo(a, asker) < questions.CountTo(b, asker);
        });
    const PeerId source = *quickest;
    want.sources.erase(quickest);
    want.asked = true;
    questions.Ask(moment, source, asker, static_cast<uint32_t>(first_),
                  ArchiveRequest{.key = want.block.key});
    ++open;
  }
  if (open > 0) return true;
  wants_.clear();
  first_ = 0;
  return false;
}

void Wants::OnFetched(const Question& question, bool good) {
  if (question.number >= wants_.size()) return;
  Want& want = wants_[question.number];
  want.asked = false;
  if (good) {
    want.over = true;
    ++fetched_;
  } else {
    first_ = std::min(first_, size_t{question.number});
  }
}

void Wants::OnSilence(const Question& question) {
  for (Want& want : wants_) std::erase(want.sources, question.peer);
  OnFetched(question, false);
}

const KeyedRevision* Wants::Find(uint32_t number) const {
  return number < wants_.size() ? &wants_[number].block : nullptr;
}

void Wants::CollectPeers(PeerSet& peers) const {
  for (const Want& want : wants_) peers.AddAll(want.sources);
}

size_t Wants::HeapBytes() const {
  size_t bytes = wants_.capacity() * sizeof(Want);
  for (const Want& want : wants_) bytes += want.sources.capacity() * sizeof(PeerId);
  return bytes;
}

}  // namespace core
