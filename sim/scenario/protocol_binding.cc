// Binding of the protocol section: the profile's settings first, then the file's own.
#include <algorithm>
#include <array>
#include <variant>

#include "core/base/check.h"
#include "sim/scenario/allowed.h"
#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/describe.h"
#include "sim/scenario/json_path.h"
#include "sim/scenario/json_reader.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

template <typename Config>
using Field = std::variant<int Config::*, uint32_t Config::*, uint64_t Config::*, bool Config::*,
                           Duration Config::*>;

template <typename Config>
struct Parameter {
  std::string_view key;
  Field<Config> field;
};

using R = core::RoutingConfig;
using M = core::MatchmakingConfig;
using T = core::TransactionsConfig;
using A = core::ArachnodeConfig;
using N = core::NegotiationConfig;

constexpr std::array<Parameter<R>, 6> kRouting{{{"bucket_size", &R::bucket_size},
                                                {"parallel_lookups", &R::parallel_lookups},
                                                {"refresh_interval", &R::refresh_interval},
                                                {"response_timeout", &R::response_timeout},
                                                {"replacements_max", &R::replacements_max},
                                                {"bootstrap_retry", &R::bootstrap_retry}}};

constexpr std::array<Parameter<M>, 29> kMatchmaking{
    {{"neighbours", &M::neighbours},
     {"holders", &M::holders},
     {"roots", &M::roots},
     {"root_epoch", &M::root_epoch},
     {"high_water", &M::high_water},
     {"low_water", &M::low_water},
     {"matcher_ttl", &M::matcher_ttl},
     {"worker_ttl", &M::worker_ttl},
     {"requery_interval", &M::requery_interval},
     {"safety_poll", &M::safety_poll},
     {"push_coalesce", &M::push_coalesce},
     {"push", &M::push},
     {"narrow_hold", &M::narrow_hold},
     {"reply_limit", &M::reply_limit},
     {"register_rate_per_min", &M::register_rate_per_min},
     {"query_rate_per_min", &M::query_rate_per_min},
     {"topics_per_holder", &M::topics_per_holder},
     {"records_per_key", &M::records_per_key},
     {"records_per_holder", &M::records_per_holder},
     {"subscriptions_per_key", &M::subscriptions_per_key},
     {"rate_entries", &M::rate_entries},
     {"holder_cache", &M::holder_cache},
     {"locate_timeout", &M::locate_timeout},
     {"clock_tolerance", &M::clock_tolerance},
     {"offer_expiry", &M::offer_expiry},
     {"task_duration", &M::task_duration},
     {"backoff_base", &M::backoff_base},
     {"backoff_cap", &M::backoff_cap},
     {"gallop", &M::gallop}}};

constexpr std::array<Parameter<T>, 31> kTransactions{
    {{"cluster_size", &T::cluster_size},
     {"cluster_min", &T::cluster_min},
     {"approve_percent", &T::approve_percent},
     {"admission_percent", &T::admission_percent},
     {"absence_keep", &T::absence_keep},
     {"cut_keep", &T::cut_keep},
     {"lifetime", &T::lifetime},
     {"member_wait", &T::member_wait},
     {"resolve_wait", &T::resolve_wait},
     {"ack_retry", &T::ack_retry},
     {"ack_retry_cap", &T::ack_retry_cap},
     {"ack_tries", &T::ack_tries},
     {"backoff_base", &T::backoff_base},
     {"backoff_cap", &T::backoff_cap},
     {"attempts", &T::attempts},
     {"coordinator_cache", &T::coordinator_cache},
     {"decided_keep", &T::decided_keep},
     {"history_ttl", &T::history_ttl},
     {"tombstone_ttl", &T::tombstone_ttl},
     {"sweep_interval", &T::sweep_interval},
     {"materialise_every", &T::materialise_every},
     {"open_max", &T::open_max},
     {"open_per_client", &T::open_per_client},
     {"cluster_cache", &T::cluster_cache},
     {"reservation_ttl", &T::reservation_ttl},
     {"forget_at_commit_signature", &T::forget_at_commit_signature},
     {"wait_for_all_members", &T::wait_for_all_members},
     {"priority_steals", &T::priority_steals},
     {"check_pending_when_voting", &T::check_pending_when_voting},
     {"tolerate_local_refusal", &T::tolerate_local_refusal},
     {"peer_resolution", &T::peer_resolution}}};

constexpr std::array<Parameter<A>, 27> kArachnode{{{"floor", &A::floor},
                                                   {"overlap_low", &A::overlap_low},
                                                   {"overlap_high", &A::overlap_high},
                                                   {"out_percent", &A::out_percent},
                                                   {"in_percent", &A::in_percent},
                                                   {"fill_percent", &A::fill_percent},
                                                   {"gossip_interval", &A::gossip_interval},
                                                   {"info_keep", &A::info_keep},
                                                   {"monitor_interval", &A::monitor_interval},
                                                   {"dwell", &A::dwell},
                                                   {"smooth_percent", &A::smooth_percent},
                                                   {"dead_band_percent", &A::dead_band_percent},
                                                   {"sample_keys", &A::sample_keys},
                                                   {"verified_holders", &A::verified_holders},
                                                   {"response_timeout", &A::response_timeout},
                                                   {"confirm_timeout", &A::confirm_timeout},
                                                   {"confirm_tries", &A::confirm_tries},
                                                   {"move_max", &A::move_max},
                                                   {"spread_wait", &A::spread_wait},
                                                   {"spread_seen", &A::spread_seen},
                                                   {"release_wait", &A::release_wait},
                                                   {"fetch_width", &A::fetch_width},
                                                   {"fetch_contacts", &A::fetch_contacts},
                                                   {"fetch_time", &A::fetch_time},
                                                   {"absent_keep", &A::absent_keep},
                                                   {"inner_fetch_only", &A::inner_fetch_only},
                                                   {"free_share_signal", &A::free_share_signal}}};

constexpr std::array<Parameter<N>, 25> kNegotiation{{{"group", &N::group},
                                                     {"accumulate", &N::accumulate},
                                                     {"accumulate_count", &N::accumulate_count},
                                                     {"accumulate_max", &N::accumulate_max},
                                                     {"greet_width", &N::greet_width},
                                                     {"greet_timeout", &N::greet_timeout},
                                                     {"pair_lock", &N::pair_lock},
                                                     {"relax_percent", &N::relax_percent},
                                                     {"rtt_slack", &N::rtt_slack},
                                                     {"specific_bonus", &N::specific_bonus},
                                                     {"widen_after", &N::widen_after},
                                                     {"present_interval", &N::present_interval},
                                                     {"ticket_life", &N::ticket_life},
                                                     {"seed_wait", &N::seed_wait},
                                                     {"confirm_wait", &N::confirm_wait},
                                                     {"ack_wait", &N::ack_wait},
                                                     {"sign_wait", &N::sign_wait},
                                                     {"capacity", &N::capacity},
                                                     {"margin", &N::margin},
                                                     {"block_min", &N::block_min},
                                                     {"form_percent", &N::form_percent},
                                                     {"unitary_percent", &N::unitary_percent},
                                                     {"reserve", &N::reserve},
                                                     {"random_partner", &N::random_partner},
                                                     {"fresh_records", &N::fresh_records}}};

template <typename Config, size_t kCount>
void ReadAll(const JsonValue& section, const std::array<Parameter<Config>, kCount>& parameters,
             Config& config) {
  for (const Parameter<Config>& parameter : parameters) {
    std::visit([&](auto member) { Read(section, parameter.key, config.*member); }, parameter.field);
  }
}

void ReadProtocol(const JsonValue& protocol, core::Config& config) {
  if (const JsonValue* routing = Good(protocol, "routing")) {
    ReadAll(*routing, kRouting, config.routing);
  }
  if (const JsonValue* matchmaking = Good(protocol, "matchmaking")) {
    ReadAll(*matchmaking, kMatchmaking, config.matchmaking);
  }
  if (const JsonValue* transactions = Good(protocol, "transactions")) {
    ReadAll(*transactions, kTransactions, config.transactions);
  }
  if (const JsonValue* arachnode = Good(protocol, "arachnode")) {
    ReadAll(*arachnode, kArachnode, config.arachnode);
  }
  if (const JsonValue* negotiation = Good(protocol, "negotiation")) {
    ReadAll(*negotiation, kNegotiation, config.negotiation);
  }
}

// A profile is ours: settings that do not fit the protocol's own table are a defect.
void ApplyProfile(const Profile& profile, core::Config& config) {
  Findings findings;
  const uint32_t source = findings.AddSource(profile.name);
  const std::vector<std::string> folders = {""};
  JsonValue protocol;
  protocol.kind = JsonValue::Kind::kObject;
  for (const auto& [path, text] : profile.settings) {
    JsonValue* target = FindOrMake(protocol, path, {source, 1, 1}, findings);
    auto value = ReadJson(text, {source, 1, 1}, findings);
    CHECK(target != nullptr && value.has_value());
    *target = std::move(*value);
  }
  Conform(protocol, kProtocolTable, "protocol", {findings, folders});
  CHECK(findings.empty());
  ReadProtocol(protocol, config);
}

// Nothing, and a finding, when there is no such profile.
const Profile* FindProfile(const std::string& name, const FilePosition& at, const std::string& path,
                           Binding& binding) {
  std::vector<std::string_view> names;
  for (const Profile& profile : binding.vocabulary.profiles) {
    if (profile.name == name) return &profile;
    names.push_back(profile.name);
  }
  binding.findings.Add(
      {at, path, "the unknown profile " + Quoted(name), QuotedList(names), Nearest(name, names)});
  return nullptr;
}

void BindProfile(const JsonValue& top, Binding& binding) {
  Scenario& scenario = binding.scenario;
  Read(top, "profile", scenario.profile);
  const JsonValue* named = Good(top, "profile");
  const FilePosition at = named != nullptr ? named->at : top.at;
  const Profile* profile = FindProfile(scenario.profile, at, "profile", binding);
  if (profile != nullptr) ApplyProfile(*profile, scenario.protocol);
  const JsonValue* failing = Good(top, "fails_under");
  if (failing == nullptr) return;
  for (size_t i = 0; i < failing->items.size(); ++i) {
    const JsonValue& name = failing->items[i];
    if (!name.good) continue;
    static_cast<void>(FindProfile(name.text, name.at, Join("fails_under", i), binding));
    scenario.fails_under.push_back(name.text);
  }
}

// Rules between parameters of one section. The position is the key that the file wrote, if it wrote one.
class SectionRules {
 public:
  SectionRules(const JsonValue& protocol, std::string_view name, Findings& findings)
      : section_(Good(protocol, name)), path_(Join("protocol", name)), findings_(findings) {}

  void Refuse(std::string_view key, bool wrong, const std::string& allowed) {
    const JsonValue* value = Written(key);
    if (!wrong || value == nullptr) return;
    findings_.Add({value->at, Join(path_, key), DescribeValue(*value), allowed, ""});
  }

  // Blames the first key, and the second only when the file does not have the first.
  void Refuse(std::string_view key, const std::string& allowed, std::string_view other,
              const std::string& other_allowed, bool wrong) {
    Refuse(key, wrong, allowed);
    if (Written(key) == nullptr) Refuse(other, wrong, other_allowed);
  }

 private:
  [[nodiscard]] const JsonValue* Written(std::string_view key) const {
    return section_ == nullptr ? nullptr : Good(*section_, key);
  }

  const JsonValue* section_;
  std::string path_;
  Findings& findings_;
};

void CheckProtocol(const JsonValue& protocol, Binding& binding) {
  const M& meet = binding.scenario.protocol.matchmaking;
  SectionRules meeting(protocol, "matchmaking", binding.findings);
  meeting.Refuse("roots", meet.roots == 2, "1 or 3");
  meeting.Refuse("low_water", "less than high_water, which is " + std::to_string(meet.high_water),
                 "high_water", "more than low_water, which is " + std::to_string(meet.low_water),
                 meet.low_water >= meet.high_water);
  meeting.Refuse("backoff_cap", "at least backoff_base", "backoff_base", "at most backoff_cap",
                 meet.backoff_cap < meet.backoff_base);

  const T& write = binding.scenario.protocol.transactions;
  SectionRules writing(protocol, "transactions", binding.findings);
  writing.Refuse(
      "cluster_min", "at most cluster_size, which is " + std::to_string(write.cluster_size),
      "cluster_size", "at least cluster_min, which is " + std::to_string(write.cluster_min),
      write.cluster_min > write.cluster_size);
  writing.Refuse("backoff_cap", "at least backoff_base", "backoff_base", "at most backoff_cap",
                 write.backoff_cap < write.backoff_base);
  writing.Refuse("ack_retry_cap", "at least ack_retry", "ack_retry", "at most ack_retry_cap",
                 write.ack_retry_cap < write.ack_retry);
}

std::string ValueText(int value) {
  return std::to_string(value);
}

std::string ValueText(uint32_t value) {
  return std::to_string(value);
}

// The 64-bit parameters are sizes.
std::string ValueText(uint64_t value) {
  return FormatQuantity(static_cast<int64_t>(value), Measure::kSize);
}

std::string ValueText(bool value) {
  return value ? "true" : "false";
}

std::string ValueText(Duration value) {
  return FormatQuantity(value.us, Measure::kDuration);
}

template <typename Config, size_t kCount>
void DescribeAll(const std::string& section, const Config& config,
                 const std::array<Parameter<Config>, kCount>& parameters,
                 std::vector<std::pair<std::string, std::string>>& lines) {
  for (const Parameter<Config>& parameter : parameters) {
    std::string text =
        std::visit([&](auto member) { return ValueText(config.*member); }, parameter.field);
    lines.emplace_back(Join(section, parameter.key), std::move(text));
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> DescribeProtocol(const core::Config& config) {
  std::vector<std::pair<std::string, std::string>> lines;
  DescribeAll("routing", config.routing, kRouting, lines);
  DescribeAll("matchmaking", config.matchmaking, kMatchmaking, lines);
  DescribeAll("transactions", config.transactions, kTransactions, lines);
  DescribeAll("arachnode", config.arachnode, kArachnode, lines);
  DescribeAll("negotiation", config.negotiation, kNegotiation, lines);
  return lines;
}

void BindProtocol(const JsonValue& top, Binding& binding) {
  BindProfile(top, binding);
  const JsonValue* protocol = Good(top, "protocol");
  if (protocol == nullptr) return;
  ReadProtocol(*protocol, binding.scenario.protocol);
  CheckProtocol(*protocol, binding);
}

}  // namespace sim
