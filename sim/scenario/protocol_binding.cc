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
using Field = std::variant<int Config::*, uint32_t Config::*, bool Config::*, Duration Config::*>;

template <typename Config>
struct Parameter {
  std::string_view key;
  Field<Config> field;
};

using R = core::RoutingConfig;
using M = core::MatchmakingConfig;

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

void BindProfile(const JsonValue& top, Binding& binding) {
  Scenario& scenario = binding.scenario;
  Read(top, "profile", scenario.profile);
  std::vector<std::string_view> names;
  for (const Profile& profile : binding.vocabulary.profiles) {
    names.push_back(profile.name);
    if (profile.name == scenario.profile) return ApplyProfile(profile, scenario.protocol);
  }
  const JsonValue* named = Good(top, "profile");
  const FilePosition at = named != nullptr ? named->at : top.at;
  binding.findings.Add({at, "profile", "the unknown profile " + Quoted(scenario.profile),
                        QuotedList(names), Nearest(scenario.profile, names)});
}

// Rules between parameters. The position is the key that the file wrote, if it wrote one.
void CheckProtocol(const JsonValue& protocol, Binding& binding) {
  const JsonValue* section = Good(protocol, "matchmaking");
  if (section == nullptr) return;
  const M& config = binding.scenario.protocol.matchmaking;
  const auto refuse = [&](std::string_view key, bool wrong, const std::string& allowed) {
    const JsonValue* value = Good(*section, key);
    if (!wrong || value == nullptr) return;
    binding.findings.Add(
        {value->at, Join("protocol.matchmaking", key), DescribeValue(*value), allowed, ""});
  };
  refuse("roots", config.roots == 2, "1 or 3");
  const bool crossed = config.low_water >= config.high_water;
  refuse("low_water", crossed,
         "less than high_water, which is " + std::to_string(config.high_water));
  if (Good(*section, "low_water") == nullptr) {
    refuse("high_water", crossed,
           "more than low_water, which is " + std::to_string(config.low_water));
  }
  const bool shrinks = config.backoff_cap < config.backoff_base;
  refuse("backoff_cap", shrinks, "at least backoff_base");
  if (Good(*section, "backoff_cap") == nullptr) {
    refuse("backoff_base", shrinks, "at most backoff_cap");
  }
}

std::string ValueText(int value) {
  return std::to_string(value);
}

std::string ValueText(uint32_t value) {
  return std::to_string(value);
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
