#include "sim/workflow/report/call_digest.h"

#include <algorithm>

#include "sim/observe/greatest.h"
#include "sim/workflow/lines.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

// The simulator numbers a process by its peer and, below that, by which of the peer's open calls it is.
constexpr uint32_t kLaneBits = 16;

constexpr const char* kEnds[] = {"ok", "fail", "info"};

}  // namespace

core::Status CallDigest::Read(const std::string& path) {
  return ForEachLine(path, [&](const std::string& line, size_t number) {
    const auto object = ObjectOf(path, line, number);
    return object.ok() ? Take(path, *object, number) : object.status();
  });
}

core::Status CallDigest::Take(const std::string& path, const nlohmann::json& line, size_t number) {
  const auto process = line.find("process");
  const auto type = line.find("type");
  const auto time = line.find("time");
  if (process == line.end() || !process->is_number_unsigned() || type == line.end() ||
      !type->is_string() || time == line.end() || !time->is_number_unsigned()) {
    return BadLine(path, number, "a line without process, type or time",
                   "a line of a run's history");
  }
  const auto key = line.find("key");
  const auto function = line.find("f");
  if (*type == "invoke") {
    if (function == line.end() || !function->is_string())
      return BadLine(path, number, "a call without f", "the name of a function");
    const bool named = key != line.end() && key->is_string();
    open_[*process] = {*process, *function, named ? key->get<std::string>() : "", *time, 0, ""};
    return core::Status();
  }
  const auto call = open_.find(*process);
  if (call == open_.end())
    return BadLine(path, number, "an end without its invoke", "a call's end");
  if (std::find(std::begin(kEnds), std::end(kEnds), type->get<std::string>()) == std::end(kEnds))
    return BadLine(path, number, "type " + type->dump(), "invoke, ok, fail, info");
  call->second.took_us = time->get<int64_t>() - call->second.at_us;
  call->second.end = *type;
  End(std::move(call->second));
  open_.erase(call);
  return core::Status();
}

void CallDigest::End(Call call) {
  Kind& kind = kinds_[call.function];
  for (size_t i = 0; i < std::size(kEnds); ++i) {
    if (call.end == kEnds[i]) ++kind.ends[i];
  }
  if (call.end == "ok") kind.took.Record(call.took_us);
  KeepGreatest(slow_, kSlowMax, call,
               [](const Call& a, const Call& b) { return a.took_us > b.took_us; });
  if (ended_++ % every_ != 0) return;
  points_.push_back(std::move(call));
  if (points_.size() < kPointsMax) return;
  for (size_t i = 0; i < kPointsMax / 2; ++i) points_[i] = std::move(points_[2 * i]);
  points_.resize(kPointsMax / 2);
  every_ *= 2;
}

Json CallDigest::ToJson() const {
  Json kinds = Json::array();
  for (const auto& [function, kind] : kinds_) {
    kinds.push_back({{"function", function},
                     {"ok", kind.ends[0]},
                     {"fail", kind.ends[1]},
                     {"info", kind.ends[2]},
                     {"p50_us", kind.took.Quantile(500'000)},
                     {"p99_us", kind.took.Quantile(990'000)},
                     {"max_us", kind.took.max()}});
  }
  Json slow = Json::array();
  for (const Call& call : slow_) {
    slow.push_back({{"peer", call.process >> kLaneBits},
                    {"function", call.function},
                    {"key", call.key.substr(0, 16)},
                    {"at_us", call.at_us},
                    {"took_us", call.took_us},
                    {"end", call.end}});
  }
  Json points = Json::array();
  for (const Call& call : points_)
    points.push_back({call.at_us, call.took_us, call.function, call.end});
  return {{"calls", ended_}, {"open", open_.size()}, {"every", every_},
          {"kinds", kinds},  {"slow", slow},         {"points", points}};
}

}  // namespace sim
