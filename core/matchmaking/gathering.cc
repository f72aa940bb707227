#include "core/matchmaking/gathering.h"

#include <algorithm>
#include <utility>

#include "core/matchmaking/record_check.h"

namespace core {
namespace {

// A voter who stands here is there for a minute or two and renews as a worker does.
Duration Life(const Moment& moment) {
  return moment.config().worker_ttl;
}

Duration RenewInterval(const Moment& moment) {
  return std::max(Life(moment) / 3, Milliseconds(100));
}

}  // namespace

void Gathering::Begin(const Moment& moment) {
  // The question may overtake the record, and then the holder has no book to subscribe to: the first poll is soon.
  poll_interval_ = std::min(moment.config().requery_interval, RenewInterval(moment));
  publication_.Open(moment, topic_, 0);
  Renew(moment);
  Poll(moment);
}

void Gathering::Leave(const Moment& moment) {
  publication_.Withdraw(moment);
}

void Gathering::Renew(const Moment& moment) {
  Record record;
  record.topic = topic_;
  record.role = Role::kMatcher;
  record.want = 1;
  record.ttl_ms = static_cast<uint32_t>(Life(moment).us / 1000);
  SignRecord(moment, record);
  publication_.Announce(moment, record);
  // A tenth earlier at random: those who came together do not renew together for ever.
  const Duration interval = RenewInterval(moment);
  const auto early =
      static_cast<int64_t>(moment.random.Below(static_cast<uint64_t>(interval.us / 10)));
  renew_at_ = moment.now + interval - Duration{early};
}

void Gathering::Poll(const Moment& moment) {
  Drop([&](const Attendant& present) { return present.expires <= moment.now; });
  Find question;
  question.role_wanted = Role::kMatcher;
  question.limit = kPresentMax;
  question.subscribe = true;
  ++round_;
  round_open_ = true;
  // Twice the interval: the next question may be late without a gap.
  publication_.Ask(moment, question, poll_interval_ * 2);
  poll_at_ = moment.now + poll_interval_;
  poll_interval_ = std::min(poll_interval_ * 2, RenewInterval(moment));
  Settle(moment);
}

void Gathering::Settle(const Moment& moment) {
  TakeRecords(moment, moment.self, publication_.TakeOwnRecords());
  if (!round_open_ || !publication_.AskComplete()) return;
  round_open_ = false;
  const Tally tally = publication_.AskTally();
  if (tally.answers == 0 || tally.any_truncated) return;
  Drop([&](const Attendant& present) { return present.round < round_; });
}

bool Gathering::OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest) {
  if (!publication_.OnLookup(moment, token, nearest)) return false;
  Settle(moment);
  return true;
}

bool Gathering::OnProvideAck(const Moment& moment, PeerId from, uint64_t request,
                             const ProvideAck& ack) {
  return publication_.OnAck(moment, from, request, ack);
}

bool Gathering::OnFound(const Moment& moment, PeerId from, uint64_t request, const Found& found) {
  if (!publication_.OnFound(moment, from, request, found)) return false;
  TakeRecords(moment, from, found.records);
  Settle(moment);
  return true;
}

bool Gathering::OnPush(const Moment& moment, PeerId from, uint64_t request, const Push& push) {
  if (!publication_.Expects(from, request, push)) return false;
  TakeRecords(moment, from, push.records);
  return true;
}

void Gathering::OnLinkDown(const Moment& moment, PeerId peer) {
  // One that is there all the same comes back with the next round.
  Drop([&](const Attendant& present) { return present.peer == peer; });
  publication_.OnLinkDown(moment, peer);
  Settle(moment);
}

void Gathering::OnDeadline(const Moment& moment) {
  publication_.OnDeadline(moment);
  if (renew_at_ <= moment.now) Renew(moment);
  if (poll_at_ <= moment.now) return Poll(moment);
  Settle(moment);
}

// A renewal of a known record is worth its signature's check only when half of the known life is over.
bool Gathering::IsNews(const Moment& moment, const Record& record) const {
  const Attendant* known = AttendantOf(record.peer);
  if (known == nullptr) return present_.size() < kPresentMax;
  return known->sequence < record.sequence && known->expires <= moment.now + Life(moment) / 2;
}

void Gathering::TakeRecords(const Moment& moment, PeerId holder, std::span<const Record> records) {
  for (const Record& record : records) {
    if (Attendant* known = AttendantOf(record.peer)) known->round = round_;
  }
  const Filter everybody;
  TakeServed(
      moment,
      {.holder = holder,
       .topic = topic_,
       .role = Role::kMatcher,
       .filter = &everybody,
       .records = records},
      [&](const Record& record) { return IsNews(moment, record); },
      [&](const Record& record) { Admit(moment, record); });
}

void Gathering::Admit(const Moment& moment, const Record& record) {
  Attendant* present = AttendantOf(record.peer);
  if (present == nullptr) {
    present = &present_.emplace_back();
    present->peer = record.peer;
    present->round = round_;
    ++newcomers_;
  }
  present->sequence = record.sequence;
  // As long as a holder may keep it, however late it told of it.
  const Duration ttl = ClampTtl(record.ttl_ms);
  const Time attached{std::min(record.attached_ms, moment.now_ms()) * 1000};
  present->expires = std::min(moment.now, attached + moment.config().clock_tolerance) + ttl;
}

template <typename Predicate>
void Gathering::Drop(Predicate&& gone) {
  std::erase_if(present_, [&](const Attendant& present) {
    if (!gone(present)) return false;
    newcomers_ -= present.newcomer ? 1 : 0;
    return true;
  });
}

const Gathering::Attendant* Gathering::AttendantOf(PeerId peer) const {
  const auto found =
      std::find_if(present_.begin(), present_.end(),
                   [peer](const Attendant& present) { return present.peer == peer; });
  return found == present_.end() ? nullptr : &*found;
}

Gathering::Attendant* Gathering::AttendantOf(PeerId peer) {
  return const_cast<Attendant*>(std::as_const(*this).AttendantOf(peer));
}

std::vector<PeerId> Gathering::Who() const {
  std::vector<PeerId> who;
  who.reserve(present_.size());
  for (const Attendant& present : present_) who.push_back(present.peer);
  return who;
}

std::vector<PeerId> Gathering::TakeNewcomers() {
  std::vector<PeerId> newcomers;
  newcomers.reserve(newcomers_);
  for (Attendant& present : present_) {
    if (std::exchange(present.newcomer, false)) newcomers.push_back(present.peer);
  }
  newcomers_ = 0;
  return newcomers;
}

Time Gathering::NextDeadline() const {
  return std::min({publication_.NextDeadline(), poll_at_, renew_at_});
}

void Gathering::CollectPeers(PeerSet& peers) const {
  publication_.CollectPeers(peers);
  for (const Attendant& present : present_) peers.Add(present.peer);
}

template <typename State>
void Gathering::Tell(State& state) const {
  state.Add("topic", topic_);
  state.Add("round", round_);
  state.Add("round open", round_open_);
  state.Add("poll interval", poll_interval_);
  state.Add("polls", poll_at_);
  state.Add("renews", renew_at_);
  for (const Attendant& present : present_) {
    state.Part("present", [&] {
      state.Add("peer", present.peer);
      state.Add("newcomer", present.newcomer);
      state.Add("named in round", present.round);
      state.Add("sequence", present.sequence);
      state.Add("expires", present.expires);
    });
  }
  state.Module("publication", publication_);
}

void Gathering::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Gathering::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Gathering::HeapBytes() const {
  return publication_.HeapBytes() + present_.capacity() * sizeof(Attendant);
}

}  // namespace core
