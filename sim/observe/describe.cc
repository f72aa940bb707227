#include "sim/observe/describe.h"

#include <algorithm>
#include <span>

#include "absl/strings/str_cat.h"

#include "core/base/hash.h"
#include "core/port/names.h"
#include "sim/observe/checkers/checker.h"
#include "sim/observe/fields.h"
#include "sim/observe/traffic.h"

namespace sim {
namespace {

std::string_view NameOf(WorldFact::Kind kind) {
  constexpr std::string_view kNames[] = {"started",     "stopped",     "paused", "resumed",
                                         "fault_began", "fault_ended", "calm",   "commanded",
                                         "unreadable",  "forgot"};
  return kNames[static_cast<size_t>(kind)];
}

// One overload per observation; a new alternative of the variant does not compile without one.
struct ObservationTeller {
  Description operator()(const core::Joined& o) const {
    return {"joined", {Number("contacts", o.contacts)}};
  }

  Description operator()(const core::LookupDone& o) const {
    Fields fields = {{"target", o.target},
                     Number("hops", o.hops),
                     Number("requests", o.requests),
                     Number("timeouts", o.timeouts),
                     Number("took_us", o.took.us)};
    if (!o.nearest.empty()) fields.push_back({"nearest", o.nearest[0]});
    return {"lookup_done", fields};
  }

  Description operator()(const core::ContactAdded& o) const {
    return {"contact_added", {{"contact", o.peer}}};
  }

  Description operator()(const core::ContactEvicted& o) const {
    return {"contact_evicted", {{"contact", o.peer}}};
  }

  Description operator()(const core::MatchStarted& o) const {
    return {"match_started",
            {{"topic", o.topic},
             {"seek", NameOf(o.seek)},
             Number("want", o.want),
             Number("patience_us", o.patience.us)}};
  }

  Description operator()(const core::Published& o) const {
    return {"published",
            {{"topic", o.topic},
             {"key", o.key},
             {"role", NameOf(o.role)},
             Number("c", o.specificity),
             Number("sequence", o.sequence)}};
  }

  Description operator()(const core::Respecified& o) const {
    return {"respecified",
            {{"topic", o.topic},
             {"role", NameOf(o.role)},
             Number("c_from", o.from),
             Number("c_to", o.to),
             {"cause", NameOf(o.cause)}}};
  }

  Description operator()(const core::Seen& o) const {
    return {"seen",
            {{"topic", o.topic},
             {"owner", o.record->peer},
             {"role", NameOf(o.record->role)},
             Number("c", o.record->specificity),
             Number("sequence", o.record->sequence)}};
  }

  Description operator()(const core::RecordRefused& o) const {
    return {"record_refused",
            {{"holder", o.holder},
             {"owner", o.owner},
             {"reason", NameOf(o.reason)},
             Number("sequence", o.sequence)}};
  }

  Description operator()(const core::Offered& o) const {
    return {"offered", {{"task", o.task}, {"worker", o.worker}}};
  }

  Description operator()(const core::Matched& o) const {
    return {"matched", {{"topic", o.topic}, {"task", o.task}, {"partner", o.partner}}};
  }

  Description operator()(const core::MatchFinished& o) const {
    return {"match_finished",
            {{"topic", o.topic},
             {"end", NameOf(o.end)},
             Number("wanted", o.wanted),
             Number("partners", o.partners),
             Number("requests", o.requests),
             Number("levels", o.levels),
             Number("took_us", o.took.us)}};
  }

  Description operator()(const core::TaskAccepted& o) const {
    return {"task_accepted",
            {{"task", o.task}, {"matcher", o.matcher}, Number("budget_left", o.budget_left)}};
  }

  Description operator()(const core::TaskDeclined& o) const {
    return {"task_declined",
            {{"task", o.task}, {"matcher", o.matcher}, {"reason", NameOf(o.reason)}}};
  }

  Description operator()(const core::TaskFinished& o) const {
    return {"task_finished", {{"task", o.task}}};
  }

  Description operator()(const core::Held& o) const {
    return {"held",
            {{"key", o.key},
             {"owner", o.owner},
             {"role", NameOf(o.role)},
             Number("c", o.specificity),
             Number("count", o.count)}};
  }

  Description operator()(const core::Answered& o) const {
    return {"answered",
            {{"key", o.key},
             {"to", o.to},
             Number("count", o.traffic.count),
             {"crowded", o.crowded},
             {"truncated", o.truncated},
             Number("records", o.records)}};
  }

  Description operator()(const core::Refused& o) const {
    return {"refused", {{"from", o.from}, Number("retry_after_ms", o.retry_after_ms)}};
  }

  Description operator()(const core::BadFrame& o) const {
    return {"bad_frame", {{"from", o.from}, {"reason", NameOf(o.reason)}}};
  }

  Description operator()(const core::StandingFell& o) const {
    return {"standing_fell", {{"of", o.peer}, Number("score", o.score), {"banned", o.banned}}};
  }

  Description operator()(const core::CallStarted& o) const {
    return {"call_started",
            {Number("request", o.request),
             {"call", NameOf(o.call)},
             {"block", o.block},
             Number("revision", o.revision)}};
  }

  Description operator()(const core::CallWrite& o) const {
    return {"call_write",
            {Number("request", o.request),
             {"block", o.block},
             Number("base", o.base_revision),
             {"erase", o.erase}}};
  }

  Description operator()(const core::CallAttempt& o) const {
    return {"call_attempt",
            {Number("request", o.request), {"id", TaskOf(o.id)}, Number("attempt", o.attempt)}};
  }

  Description operator()(const core::CallFinished& o) const {
    return {"call_finished",
            {Number("request", o.request),
             {"call", NameOf(o.call)},
             {"block", o.block},
             {"outcome", NameOf(o.outcome)},
             Number("revision", o.revision),
             {"hash", o.hash},
             {"deleted", o.deleted},
             {"landed", o.landed},
             Number("attempts", o.attempts),
             Number("took_us", o.took.us)}};
  }

  Description operator()(const core::BlockRead& o) const {
    return {"block_read",
            {Number("request", o.request),
             {"block", o.block},
             Number("revision", o.revision),
             Number("bytes", o.value.size())}};
  }

  Description operator()(const core::VoteCast& o) const {
    return {"vote_cast",
            {{"tx", o.tx},
             {"id", TaskOf(o.id)},
             {"block", o.block},
             Number("base", o.base_revision),
             {"vote", NameOf(o.kind)},
             {"reason", NameOf(o.reason)}}};
  }

  Description operator()(const core::LockTaken& o) const {
    return {"lock_taken", {{"block", o.block}, {"tx", o.tx}}};
  }

  Description operator()(const core::LockReleased& o) const {
    return {"lock_released", {{"block", o.block}, {"tx", o.tx}, {"cause", NameOf(o.cause)}}};
  }

  Description operator()(const core::TxDecided& o) const {
    return {"tx_decided",
            {{"tx", o.tx},
             {"id", TaskOf(o.id)},
             {"block", o.block},
             Number("base", o.base_revision),
             {"committed", o.committed}}};
  }

  Description operator()(const core::RevisionApplied& o) const {
    return {"revision_applied",
            {{"block", o.block},
             Number("revision", o.revision),
             {"action", NameOf(o.action)},
             {"by", TaskOf(o.by)},
             {"tx", o.tx},
             {"hash", o.hash},
             {"prior_hash", o.prior_hash},
             {"restored", o.restored}}};
  }

  Description operator()(const core::RevisionCollected& o) const {
    return {"revision_collected",
            {{"block", o.block}, Number("revision", o.revision), {"tombstone", o.tombstone}}};
  }

  Description operator()(const core::PendTaken& o) const {
    return {"pend_taken", {{"block", o.block}, {"of", TaskOf(o.of)}}};
  }

  Description operator()(const core::PendDropped& o) const {
    return {"pend_dropped", {{"block", o.block}, {"of", TaskOf(o.of)}, {"committed", o.committed}}};
  }

  Description operator()(const core::ForkSeen& o) const {
    return {"fork_seen",
            {{"block", o.block}, Number("revision", o.revision), {"have", o.have}, {"got", o.got}}};
  }

  Description operator()(const core::CertificateMade& o) const {
    return {"certificate_made",
            {{"tx", o.tx},
             {"id", TaskOf(o.id)},
             {"action", NameOf(o.action)},
             {"block", o.block},
             Number("base", o.base_revision),
             {"content", o.content_hash},
             {"committed", o.committed},
             Number("votes", o.votes),
             Number("members", o.members)}};
  }

  Description operator()(const core::ResolutionStarted& o) const {
    return {"resolution_started", {{"tx", o.tx}, {"block", o.block}, {"blocked", o.blocked}}};
  }

  Description operator()(const core::TransactionRefused& o) const {
    return {"transaction_refused", {{"from", o.from}, {"tx", o.tx}, {"reason", NameOf(o.reason)}}};
  }

  Description operator()(const core::DoubleVoteProven& o) const {
    return {"double_vote_proven", {{"member", o.member}, {"tx", o.tx}}};
  }

  Description operator()(const core::StoreFailed& o) const {
    return {"store_failed", {Number("ticket", o.ticket), Number("tries", o.tries)}};
  }

  Description operator()(const core::RingChanged& o) const {
    if (!o.lends) return {"rings_left", {Number("used", o.used)}};
    return {"ring_changed",
            {{"status", NameOf(o.status)},
             Number("ring", o.ring),
             Number("from", o.from),
             Number("used", o.used),
             Number("capacity", o.capacity)}};
  }

  Description operator()(const core::BlockHeld& o) const {
    return {"block_held",
            {{"key", o.key}, {"block", o.block}, Number("revision", o.revision), {"hash", o.hash}}};
  }

  Description operator()(const core::BlockReleased& o) const {
    return {"block_released", {{"key", o.key}, Number("revision", o.revision)}};
  }

  Description operator()(const core::OverlapSampled& o) const {
    return {"overlap_sampled",
            {Number("keys", o.keys), Number("least", o.least), Number("sum", o.sum)}};
  }

  Description operator()(const core::HandoffEnded& o) const {
    Fields fields = {{"done", o.done}, Number("from", o.from), Number("blocks", o.blocks)};
    if (o.to != core::limits::kRingNone) fields.push_back(Number("to", o.to));
    if (!o.done) fields.push_back({"stuck", o.stuck});
    return {"handoff_ended", fields};
  }

  Description operator()(const core::FillEnded& o) const {
    return {"fill_ended", {Number("ring", o.ring), Number("blocks", o.blocks), {"whole", o.whole}}};
  }

  Description operator()(const core::StoragePressure& o) const {
    return {"storage_pressure", {{"on", o.on}}};
  }

  Description operator()(const core::ArchiveRefused& o) const {
    return {"archive_refused", {{"from", o.from}, {"key", o.key}}};
  }

  Description operator()(const core::FetchEnded& o) const {
    return {"fetch_ended",
            {{"block", o.block},
             {"key", o.key},
             {"end", NameOf(o.end)},
             Number("revision", o.revision),
             Number("contacts", o.contacts),
             Number("took_us", o.took.us)}};
  }

  Description operator()(const core::ValueServed& o) const {
    return {"value_served", {{"block", o.block}, {"hit", o.hit}}};
  }

  Description operator()(const core::ValueLetGo& o) const {
    return {"value_let_go",
            {{"block", o.block},
             Number("revision", o.revision),
             Number("bytes", o.bytes),
             Number("kept", o.kept)}};
  }

  Description operator()(const core::VoteStarted& o) const {
    return {"vote_started",
            {{"template", o.template_cid}, {"registrant", core::Key256{o.registrant}}}};
  }

  Description operator()(const core::ReservationWanted& o) const {
    return {"reservation_wanted", {{"ticket", o.ticket}, Number("attempt", o.attempt)}};
  }

  Description operator()(const core::AttemptStarted& o) const {
    return {"attempt_started",
            {{"ticket", o.ticket}, Number("attempt", o.attempt), {"nonce", o.nonce}}};
  }

  Description operator()(const core::TopicJoined& o) const {
    return {"topic_joined",
            {{"topic", o.topic}, {"stage", NameOf(o.stage)}, Number("depth", o.depth)}};
  }

  Description operator()(const core::PairFormed& o) const {
    return {"pair_formed",
            {{"ticket", o.ticket},
             {"partner", o.partner},
             {"coordinates", o.coordinates},
             Number("estimate_us", o.estimate.us)}};
  }

  Description operator()(const core::SecretDisclosed& o) const {
    return {"secret_disclosed",
            {{"ticket", o.ticket}, {"seed", o.seed}, {"to", o.to}, {"coordinates", o.coordinates}}};
  }

  Description operator()(const core::SeedOpened& o) const {
    return {"seed_opened",
            {{"ticket", o.ticket},
             {"seed", o.seed},
             {"coordinator", o.coordinator},
             {"partner", o.partner}}};
  }

  Description operator()(const core::PoolJoined& o) const {
    return {"pool_joined",
            {{"pool", o.pool},
             {"ticket", o.ticket},
             Number("epoch", o.epoch),
             Number("size", o.size),
             {"coordinator", o.coordinator}}};
  }

  Description operator()(const core::PoolLeft& o) const {
    return {"pool_left",
            {{"pool", o.pool},
             {"ticket", o.ticket},
             Number("epoch", o.epoch),
             {"cause", NameOf(o.cause)}}};
  }

  Description operator()(const core::PoolsMerged& o) const {
    return {
        "pools_merged",
        {{"pool", o.pool}, {"taken", o.taken}, Number("epoch", o.epoch), Number("size", o.size)}};
  }

  Description operator()(const core::BlockSignedBy& o) const {
    return {"block_signed", {{"cid", o.cid}, {"ticket", o.ticket}}};
  }

  Description operator()(const core::SignRefused& o) const {
    return {"sign_refused",
            {{"cid", o.cid}, {"ticket", o.ticket}, {"objection", NameOf(o.objection)}}};
  }

  Description operator()(const core::BlockFormed& o) const {
    return {"block_formed",
            {{"cid", o.cid},
             {"ticket", o.ticket},
             Number("voters", o.voters),
             Number("bytes", o.block.size())}};
  }

  Description operator()(const core::VoteEnded& o) const {
    return {"vote_ended",
            {{"template", o.template_cid},
             {"end", NameOf(o.end)},
             {"cid", o.cid},
             Number("voters", o.voters),
             Number("attempts", o.attempts),
             Number("messages", o.messages),
             Number("took_us", o.took.us)}};
  }

  Description operator()(const core::NegotiationRefused& o) const {
    return {"negotiation_refused", {{"from", o.from}, {"reason", NameOf(o.reason)}}};
  }
};

std::string_view NameOf(core::ActionEnd end) {
  constexpr std::string_view kNames[] = {"committed", "dropped", "refused", "rejected", "damaged"};
  return kNames[static_cast<size_t>(end) - 1];
}

std::string_view NameOf(core::SyncEnd end) {
  constexpr std::string_view kNames[] = {"done", "gave_up", "damaged"};
  return kNames[static_cast<size_t>(end) - 1];
}

struct DeedTeller {
  Description operator()(const ActionBegun& deed) const {
    return {"action_begun", {{"collection", deed.collection}, {"action", TaskOf(deed.action)}}};
  }

  Description operator()(const ActionEnded& deed) const {
    return {"action_ended",
            {{"collection", deed.collection},
             {"action", TaskOf(deed.report.id)},
             {"end", NameOf(deed.report.end)},
             Number("sequence", deed.report.sequence)}};
  }

  Description operator()(const SyncFailed& deed) const {
    return {"sync_failed", {{"collection", deed.collection}, {"end", NameOf(deed.end)}}};
  }

  Description operator()(const ChangesAsked& deed) const {
    return {"changes_asked",
            {{"collection", deed.collection},
             Number("request", deed.request),
             {"tail", deed.changes->tail},
             Number("writes", deed.changes->writes.size())}};
  }
};

struct ForPeople {
  std::string operator()(int64_t value) const { return std::to_string(value); }

  std::string operator()(bool value) const { return value ? "yes" : "no"; }

  std::string operator()(std::string_view value) const { return std::string(value); }

  std::string operator()(core::PeerId value) const { return std::to_string(value.value); }

  std::string operator()(const core::Key256& value) const { return Short(value); }

  std::string operator()(const core::TaskId& value) const { return Short(value); }
};

// Appends: a trace writes millions of these.
struct ForMachines {
  std::string& text;

  void operator()(int64_t value) const { absl::StrAppend(&text, value); }

  void operator()(bool value) const { text += value ? "true" : "false"; }

  // Only our own words, which need no escapes.
  void operator()(std::string_view value) const {
    text.append(1, '"').append(value).append(1, '"');
  }

  void operator()(core::PeerId value) const { absl::StrAppend(&text, value.value); }

  void operator()(const core::Key256& value) const { AppendHex(value.bytes); }

  void operator()(const core::TaskId& value) const { AppendHex(value.bytes); }

 private:
  void AppendHex(std::span<const uint8_t> bytes) const {
    constexpr char kDigits[] = "0123456789abcdef";
    text += '"';
    for (const uint8_t byte : bytes) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    text += '"';
  }
};

}  // namespace

Description Describe(const core::Observation& observation) {
  return std::visit(ObservationTeller{}, observation);
}

Description Describe(const MessageFact& fact) {
  if (fact.message != nullptr) return Describe(*fact.message);
  const bool dropped = fact.fate == MessageFact::Fate::kDropped;
  if (dropped && fact.type < kMessageTypes) return {NameOfMessageType(fact.type), {}};
  return {"unreadable", {}};
}

uint64_t MessageName(const MessageFact& fact) {
  const uint64_t link = uint64_t{fact.from.value} << 32 | fact.to.value;
  const Description what = Describe(*fact.message);
  core::Hasher content;
  content.Add(std::string_view(what.name));
  content.Add(std::string_view(JsonMembers(what)));
  return core::Mix64(link, fact.message->id, content.Result().low);
}

Description Describe(const WorldFact& fact) {
  Description description{NameOf(fact.kind), {}};
  if (fact.kind != WorldFact::Kind::kCalm) {
    description.fields.push_back({"detail", static_cast<int64_t>(fact.detail)});
  }
  return description;
}

Description Describe(const UserFact& fact) {
  return std::visit(DeedTeller{}, fact.what);
}

std::string Sentence(const Description& description) {
  std::string text;
  for (const Field& field : description.fields) {
    if (!text.empty()) text += ", ";
    text += std::string(field.name) + " " + std::visit(ForPeople{}, field.value);
  }
  return text;
}

std::string JsonMembers(const Description& description) {
  std::string text;
  AppendJsonMembers(description, text);
  return text;
}

void AppendJsonMembers(const Description& description, std::string& text) {
  for (const Field& field : description.fields) {
    text.append(",\"").append(field.name).append("\":");
    std::visit(ForMachines{text}, field.value);
  }
}

}  // namespace sim
