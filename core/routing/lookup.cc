#include "core/routing/lookup.h"

#include <algorithm>

#include "core/base/check.h"

namespace core {
namespace {

constexpr std::string_view kCauses[] = {"caller", "self", "bucket"};
constexpr std::string_view kStates[] = {"new", "asked", "slow", "answered", "failed"};

constexpr size_t kUsualCandidates = 32;

}  // namespace

NodeLookup::NodeLookup(PeerId self, const Context& context, const Task& task, Time now)
    : context_(&context), self_(self), task_(task), started_(now) {
  candidates_.reserve(kUsualCandidates);
}

size_t NodeLookup::wanted() const {
  const auto most = static_cast<size_t>(
      std::clamp(context_->config->routing.bucket_size, 1, static_cast<int>(limits::kNodesMax)));
  return task_.wanted == 0 ? most : std::min(task_.wanted, most);
}

void NodeLookup::AddStart(std::span<const PeerId> peers) {
  for (PeerId peer : peers) AddCandidate(peer, kNoPeer, 0);
}

bool NodeLookup::Before(const Candidate& a, const Candidate& b) const {
  if (a.distance != b.distance) return a.distance < b.distance;
  const Directory& directory = *context_->directory;
  return Nearer(task_.target, directory.NodeIdOf(a.peer), directory.NodeIdOf(b.peer));
}

NodeLookup::Candidate* NodeLookup::Find(PeerId peer) {
  for (Candidate& candidate : candidates_) {
    if (candidate.peer == peer) return &candidate;
  }
  return nullptr;
}

// When full, the farthest candidate that nobody has asked yet gives way, if the newcomer is nearer.
void NodeLookup::AddCandidate(PeerId peer, PeerId introducer, uint8_t depth) {
  if (peer == self_ || peer == kNoPeer || Find(peer) != nullptr) return;
  Candidate newcomer{.peer = peer, .introducer = introducer, .depth = depth};
  newcomer.distance = WordOf(task_.target, 0) ^ WordOf(context_->directory->NodeIdOf(peer), 0);
  if (candidates_.size() == kCandidatesMax) {
    auto last = std::find_if(candidates_.rbegin(), candidates_.rend(),
                             [](const Candidate& c) { return c.state == State::kNew; });
    if (last == candidates_.rend() || !Before(newcomer, *last)) return;
    candidates_.erase(last.base() - 1);
  }
  const auto place =
      std::lower_bound(candidates_.begin(), candidates_.end(), newcomer,
                       [this](const Candidate& a, const Candidate& b) { return Before(a, b); });
  candidates_.insert(place, newcomer);
}

NodeLookup::Candidate* NodeLookup::NextToAsk() {
  if (sent_ >= kRequestsMax) return nullptr;
  size_t usable = 0;
  for (Candidate& candidate : candidates_) {
    if (candidate.state == State::kFailed || candidate.state == State::kSlow) continue;
    if (candidate.state == State::kNew) return &candidate;
    if (++usable == wanted()) break;
  }
  return nullptr;
}

size_t NodeLookup::BusySlots(Time now) {
  size_t busy = 0;
  for (Request& request : requests_) {
    if (!request.slow && request.sent + slow_after() <= now) {
      request.slow = true;
      Candidate* candidate = Find(request.peer);
      candidate->state = State::kSlow;
      Discredit(candidate->introducer);
    }
    if (!request.slow) ++busy;
  }
  return busy;
}

void NodeLookup::Advance(Turn& turn) {
  const auto parallel = static_cast<size_t>(
      std::clamp(context_->config->routing.parallel_lookups, 1, static_cast<int>(kInFlightMax)));
  for (size_t busy = BusySlots(turn.now); busy < parallel && !requests_.full(); ++busy) {
    Candidate* next = NextToAsk();
    if (next == nullptr) return;
    Ask(*next, turn);
  }
}

void NodeLookup::Ask(Candidate& candidate, Turn& turn) {
  candidate.state = State::kAsked;
  ++sent_;
  const uint64_t id = turn.random.Next();
  requests_.push_back({.peer = candidate.peer, .id = id, .sent = turn.now});
  Message& message = turn.effects.Send(candidate.peer);
  message.id = id;
  message.sent_ms = turn.now.us / 1000;
  message.ttl_ms = static_cast<uint32_t>(timeout().us / 1000);
  message.body.emplace<FindNode>().target = task_.target;
}

bool NodeLookup::OnNodes(PeerId from, uint64_t id, const Nodes& nodes) {
  if (nodes.target != task_.target) return false;
  for (size_t slot = 0; slot < requests_.size(); ++slot) {
    if (requests_[slot].peer != from || requests_[slot].id != id) continue;
    late_answers_ = late_answers_ || requests_[slot].slow;
    CloseSlot(slot);
    Candidate* candidate = Find(from);
    CHECK(candidate != nullptr && Open(*candidate));
    candidate->state = State::kAnswered;
    ++answers_;
    // sent_ <= kRequestsMax bounds every chain, so the depth fits.
    const auto depth = static_cast<uint8_t>(candidate->depth + 1);
    for (PeerId peer : nodes.peers) AddCandidate(peer, from, depth);
    return true;
  }
  return false;
}

void NodeLookup::CloseSlot(size_t slot) {
  for (size_t i = slot + 1; i < requests_.size(); ++i) requests_[i - 1] = requests_[i];
  requests_.Truncate(requests_.size() - 1);
}

NodeLookup::Silence NodeLookup::Fail(size_t slot) {
  const Request request = requests_[slot];
  CloseSlot(slot);
  ++timeouts_;
  Candidate* candidate = Find(request.peer);
  CHECK(candidate != nullptr && Open(*candidate));
  candidate->state = State::kFailed;
  Discredit(candidate->introducer);
  return {.peer = request.peer, .asked = request.sent};
}

void NodeLookup::Discredit(PeerId introducer) {
  if (introducer == kNoPeer) return;
  uint32_t failed = 0;
  for (const Candidate& candidate : candidates_) {
    if (candidate.introducer != introducer) continue;
    if (candidate.state == State::kAnswered) return;
    const bool slow = candidate.state == State::kSlow && !late_answers_;
    if (slow || candidate.state == State::kFailed) ++failed;
  }
  if (failed < kCreditMax) return;
  std::erase_if(candidates_, [introducer](const Candidate& candidate) {
    return candidate.introducer == introducer && candidate.state == State::kNew;
  });
}

NodeLookup::Silence NodeLookup::ExpireOne(Time now) {
  for (size_t slot = 0; slot < requests_.size(); ++slot) {
    if (requests_[slot].sent + timeout() <= now) return Fail(slot);
  }
  return {};
}

NodeLookup::Silence NodeLookup::FailRequestTo(PeerId peer) {
  for (size_t slot = 0; slot < requests_.size(); ++slot) {
    if (requests_[slot].peer == peer) return Fail(slot);
  }
  return {};
}

// A request to somebody who has fallen out of the k best is not waited for.
bool NodeLookup::Done() const {
  size_t usable = 0;
  for (const Candidate& candidate : candidates_) {
    if (candidate.state == State::kFailed) continue;
    if (Open(candidate)) return false;
    if (candidate.state == State::kNew && sent_ < kRequestsMax) return false;
    if (++usable == wanted()) return true;
  }
  return requests_.empty();
}

Time NodeLookup::NextDeadline() const {
  Time next = Time::Never();
  for (const Request& request : requests_) {
    next = std::min(next, request.sent + (request.slow ? timeout() : slow_after()));
  }
  return next;
}

LookupResult NodeLookup::Result(Time now) const {
  LookupResult result;
  result.token = task_.token;
  result.target = task_.target;
  result.requests = sent_;
  result.timeouts = timeouts_;
  result.took = now - started_;
  const NodeId& self_id = context_->directory->NodeIdOf(self_);
  bool self_waits = !task_.without_self;
  const auto add_self_before = [&](const NodeId* other) {
    if (!self_waits || result.nearest.size() == wanted()) return;
    if (other != nullptr && !Nearer(task_.target, self_id, *other)) return;
    self_waits = false;
    result.nearest.push_back(self_);
  };
  for (const Candidate& candidate : candidates_) {
    if (candidate.state != State::kAnswered) continue;
    add_self_before(&context_->directory->NodeIdOf(candidate.peer));
    if (result.nearest.size() == wanted()) break;
    result.nearest.push_back(candidate.peer);
    result.hops = std::max(result.hops, uint32_t{candidate.depth} + 1);
  }
  add_self_before(nullptr);
  return result;
}

void NodeLookup::CollectPeers(PeerSet& peers) const {
  for (const Candidate& candidate : candidates_) {
    peers.Add(candidate.peer);
    peers.Add(candidate.introducer);
  }
  for (const Request& request : requests_) peers.Add(request.peer);
}

template <typename Into>
void NodeLookup::Tell(Into& state) const {
  state.Add("cause", task_.cause, kCauses);
  state.Add("token", task_.token);
  state.Add("target", task_.target);
  state.Add("started", started_);
  state.Add("sent", sent_);
  state.Add("answers", answers_);
  state.Add("timeouts", timeouts_);
  state.Add("late answers", late_answers_);
  state.Hash(candidates_.size());
  for (const Candidate& candidate : candidates_) {
    state.Part("candidate", [&] {
      state.Add("peer", candidate.peer);
      state.Add("introducer", candidate.introducer);
      state.Hash(uint32_t{candidate.depth} << 8 | static_cast<uint32_t>(candidate.state));
      state.Show("depth", candidate.depth);
      if constexpr (Into::kShown) state.Add("state", candidate.state, kStates);
    });
  }
  state.Hash(requests_.size());
  for (const Request& request : requests_) {
    state.Part("request", [&] {
      state.Add("peer", request.peer);
      state.Add("id", request.id);
      state.Add("sent", request.sent);
      state.Add("slow", request.slow);
    });
  }
}

void NodeLookup::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void NodeLookup::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
