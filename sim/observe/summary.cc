#include "sim/observe/summary.h"

#include <nlohmann/json.hpp>

#include "sim/observe/distributions.h"
#include "sim/observe/file_out.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSummarySchema = 1;

std::string Text(std::string_view text) {
  return std::string(text);
}

Json JsonOf(const Violation& violation) {
  Json json;
  json["at_us"] = violation.at.us;
  if (violation.peer == core::kNoPeer) {
    json["peer"] = nullptr;
  } else {
    json["peer"] = violation.peer.value;
  }
  json["subject"] = violation.subject;
  json["expected"] = violation.expected;
  json["found"] = violation.found;
  return json;
}

Json JsonOf(const Checker& checker) {
  const CheckInfo& info = checker.info();
  Json json;
  json["id"] = Text(info.id);
  json["title"] = Text(info.title);
  json["class"] = Text(NameOf(info.check_class));
  json["verdict"] = Text(NameOf(checker.verdict()));
  json["premises"] = checker.premises();
  json["violations"] = checker.violations();
  if (checker.first().has_value()) json["first"] = JsonOf(*checker.first());
  return json;
}

Json JsonOf(const Judgement& judgement) {
  Json json;
  json[judgement.is_metric ? "metric" : "check"] = judgement.name;
  json["wanted"] = judgement.wanted;
  json["found"] = judgement.found;
  json["verdict"] = Text(NameOf(judgement.verdict));
  return json;
}

}  // namespace

std::string SummaryJson(const RunReport& report) {
  Json json;
  json["format"] = "orbweaver summary";
  json["schema"] = kSummarySchema;
  json["scenario"] = report.scenario.name;
  json["scenario_hash"] = core::ToHex(report.scenario.hash);
  json["seed"] = report.scenario.seed;
  json["build"] = report.result.build;
  json["peers"] = report.result.peers;
  json["crypto"] = report.scenario.modelled_crypto ? "modelled" : "real";
  json["ended_us"] = report.result.ended.us;
  json["interrupted"] = report.result.interrupted;
  json["checkpoints"] = report.result.checkpoints;
  json["exit_code"] = static_cast<int>(report.outcome.exit);
  json["expectations"] = Json::array();
  for (const Judgement& judgement : report.outcome.judgements) {
    if (judgement.listed) json["expectations"].push_back(JsonOf(judgement));
  }
  json["checks"] = Json::array();
  for (const Checker* checker : report.checkers) json["checks"].push_back(JsonOf(*checker));
  json["metrics"] = Json::object();
  for (const MetricValue& metric : report.metrics.All()) {
    json["metrics"][metric.name] = {{"value", metric.value}, {"unit", metric.unit}};
  }
  json["fingerprint"] = core::ToHex(report.result.fingerprint);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

core::Status WriteResults(const std::string& folder, const RunReport& report) {
  RETURN_IF_ERROR(MakeFolder(folder));
  RETURN_IF_ERROR(WriteFileWhole(folder + "/summary.json", SummaryJson(report)));
  RETURN_IF_ERROR(WriteFileWhole(folder + "/metrics.csv", report.metrics.MetricsCsv()));
  RETURN_IF_ERROR(WriteFileWhole(folder + "/histograms.csv", HistogramsCsv(report.metrics)));
  return WriteFileWhole(folder + "/timeline.csv", report.metrics.TimelineCsv());
}

}  // namespace sim
