#include "core/arachnode/questions.h"

#include <algorithm>
#include <utility>

namespace core {
namespace {

constexpr std::string_view kAskers[] = {"gossip",       "join",      "sampler",   "pull",
                                        "fetch",        "handoff",   "spreading", "repair",
                                        "repair fetch", "challenge", "search"};

}  // namespace

void Questions::Ask(const RingMoment& moment, PeerId peer, Asker asker, uint32_t number,
                    Body body) {
  const uint64_t id = moment.random.Next();
  open_.push_back({.id = id,
                   .peer = peer,
                   .asker = asker,
                   .number = number,
                   .until = moment.now + moment.rings().response_timeout});
  moment.Send(peer, id, std::move(body));
}

std::optional<Question> Questions::Answered(PeerId from, uint64_t id) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const Question& question) {
    return question.id == id && question.peer == from;
  });
  if (found == open_.end()) return std::nullopt;
  const Question question = *found;
  open_.erase(found);
  return question;
}

std::optional<Question> Questions::TakeSilent(Time now) {
  if (open_.empty() || open_.front().until > now) return std::nullopt;
  const Question question = open_.front();
  open_.erase(open_.begin());
  return question;
}

void Questions::Drop(Asker asker) {
  std::erase_if(open_, [&](const Question& question) { return question.asker == asker; });
}

size_t Questions::CountOf(Asker asker) const {
  return static_cast<size_t>(std::count_if(
      open_.begin(), open_.end(), [&](const Question& each) { return each.asker == asker; }));
}

size_t Questions::CountTo(PeerId peer, Asker asker) const {
  return static_cast<size_t>(std::count_if(open_.begin(), open_.end(), [&](const Question& each) {
    return each.peer == peer && each.asker == asker;
  }));
}

Time Questions::NextDeadline() const {
  return open_.empty() ? Time::Never() : open_.front().until;
}

void Questions::CollectPeers(PeerSet& peers) const {
  for (const Question& question : open_) peers.Add(question.peer);
}

template <typename State>
void Questions::Tell(State& state) const {
  for (const Question& question : open_) {
    state.Part("question", [&] {
      state.Add("id", question.id);
      state.Add("to", question.peer);
      state.Add("asker", question.asker, kAskers);
      state.Add("number", question.number);
      state.Add("until", question.until);
    });
  }
}

void Questions::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Questions::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
