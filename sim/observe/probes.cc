#include "sim/observe/probes.h"

#include <algorithm>

#include "sim/observe/user_fact.h"

namespace sim {
namespace {

constexpr Probe kProbes[] = {
    {"match_finished", "end", "satisfied", "a match found all the partners that it wanted"},
    {"match_finished", "end", "patience", "a match gave up when its patience ended"},
    {"match_finished", "end", "left", "a match was left before its end"},
    {"respecified", "cause", "thin", "a worker moved because too few come by"},
    {"respecified", "cause", "crowd", "a worker moved because too many are there"},
    {"record_refused", "reason", "signature", "a holder served a record with a wrong signature"},
    {"record_refused", "reason", "expired", "a holder served a record that had expired"},
    {"task_declined", "reason", "busy", "a worker declined because its budget was spent"},
    {"task_declined", "reason", "gone", "a worker declined because it had left the topic"},
    {"refused", "", "", "a holder refused a request: too many from one peer, or full"},
    {"bad_frame", "reason", "malformed", "a frame could not be decoded"},
    {"standing_fell", "banned", "yes", "a peer was banned"},
    {"call_finished", "outcome", "committed", "a write was committed"},
    {"call_finished", "outcome", "found", "a read found a revision"},
    {"call_finished", "outcome", "stale", "a write had an old base"},
    {"call_finished", "outcome", "conflict", "a write lost against others until its tries ended"},
    {"call_finished", "outcome", "rejected", "a write was refused for good"},
    {"call_finished", "outcome", "unavailable", "a call did not reach enough members"},
    {"call_finished", "outcome", "in_doubt", "a client does not know what became of its write"},
    {"call_finished", "outcome", "expired", "a call was over before it was answered"},
    {"call_finished", "outcome", "no_room", "a write found too many members without room"},
    {"call_finished", "deleted", "yes", "a read found a deleted block"},
    {"call_finished", "landed", "no", "a write was decided before all its blocks had it"},
    {"vote_cast", "vote", "reject", "a member voted against a transaction"},
    {"vote_cast", "vote", "conflict", "a member's lock was held by another transaction"},
    {"vote_cast", "vote", "expired", "a member got a transaction too late"},
    {"vote_cast", "reason", "stale", "a member had a newer revision than a transaction's base"},
    {"vote_cast", "reason", "no_pend", "a member had no pend of a transaction that was committed"},
    {"vote_cast", "reason", "decided", "a member knew that a transaction had been decided"},
    {"vote_cast", "reason", "membership", "a member saw another cluster than the coordinator"},
    {"vote_cast", "reason", "busy", "a member was too busy for a transaction"},
    {"vote_cast", "reason", "no_room", "a member had no room for a value"},
    {"value_let_go", "", "", "a member kept a row and let go of its value"},
    {"value_served", "hit", "no", "a read was served with a value from the rings"},
    {"lock_released", "cause", "committed", "a lock was released by a commit"},
    {"lock_released", "cause", "aborted", "a lock was released by an abort"},
    {"lock_released", "cause", "timed_out", "a lock ran out"},
    {"lock_released", "cause", "stolen", "a lock was stolen (profile upstream)"},
    {"lock_released", "cause", "forgotten", "a lock was forgotten"},
    {"tx_decided", "committed", "no", "a transaction was aborted"},
    {"revision_applied", "restored", "yes",
     "a replica got a revision from others, not by a commit"},
    {"revision_collected", "tombstone", "yes", "a replica forgot a deleted block"},
    {"revision_collected", "tombstone", "no", "a replica dropped an old revision"},
    {"pend_taken", "", "", "a block waited for a transaction of several blocks"},
    {"pend_dropped", "committed", "no", "a pend was dropped without a commit"},
    {"fork_seen", "", "", "a replica was shown another content at a revision that it has"},
    {"certificate_made", "committed", "no", "votes made the certificate of an abort"},
    {"resolution_started", "blocked", "yes", "a member asked about a transaction in its way"},
    {"resolution_started", "blocked", "no", "a member asked about a transaction that it voted on"},
    {"transaction_refused", "", "", "a request for votes was not admissible"},
    {"double_vote_proven", "", "", "a member's double vote was proven"},
    {"store_failed", "", "", "a disk refused a batch"},
    {"unreadable", "", "", "a peer could not start, because its disk cannot be read"},
    {"forgot", "", "", "a disk lost what it had reported as durable"},
    {"action_ended", "end", "committed", "an action on a collection was committed"},
    {"action_ended", "end", "refused", "an action on a collection was refused"},
    {"action_ended", "end", "rejected", "an action on a collection was rejected"},
    {"sync_failed", "end", "gave_up", "a collection could not be read in time"},
    {"sync_failed", "end", "damaged", "a collection's blocks contradict each other"},
};

bool Says(const Field& field, std::string_view word) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return *text == word;
  const auto* flag = std::get_if<bool>(&field.value);
  return flag != nullptr && (*flag ? "yes" : "no") == word;
}

bool IsReachedBy(const Probe& probe, const Description& event) {
  return probe.field.empty() ||
         std::any_of(event.fields.begin(), event.fields.end(), [&](const Field& field) {
           return field.name == probe.field && Says(field, probe.word);
         });
}

}  // namespace

std::span<const Probe> ProbeTable() {
  return kProbes;
}

std::string NameOf(const Probe& probe) {
  std::string name(probe.event);
  if (!probe.field.empty()) name += "." + std::string(probe.field) + "=" + std::string(probe.word);
  return name;
}

Probes::Probes()
    : facts_(std::variant_size_v<core::Observation>),
      world_facts_(static_cast<size_t>(WorldFact::Kind::kForgot) + 1),
      user_facts_(std::variant_size_v<UserDeed>),
      reached_(ProbeTable().size()) {}

template <typename Event>
void Probes::See(Kind& kind, const Event& event) {
  if (kind.known && kind.open.empty()) return;
  const Description description = Describe(event);
  if (!kind.known) {
    kind.known = true;
    for (size_t i = 0; i < reached_.size(); ++i) {
      if (kProbes[i].event == description.name) kind.open.push_back(i);
    }
  }
  std::erase_if(kind.open, [&](size_t probe) {
    if (!IsReachedBy(kProbes[probe], description)) return false;
    reached_[probe] = true;
    return true;
  });
}

void Probes::OnFact(const WorldView&, const Fact& fact) {
  See(facts_[fact.what.index()], fact.what);
}

void Probes::OnWorldFact(const WorldView&, const WorldFact& fact) {
  See(world_facts_[static_cast<size_t>(fact.kind)], fact);
}

void Probes::OnUserFact(const WorldView&, const UserFact& fact) {
  See(user_facts_[fact.what.index()], fact);
}

std::vector<std::string> Probes::Reached() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < reached_.size(); ++i) {
    if (reached_[i]) names.push_back(NameOf(kProbes[i]));
  }
  return names;
}

}  // namespace sim
