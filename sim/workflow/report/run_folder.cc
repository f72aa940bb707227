#include "sim/workflow/report/run_folder.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "sim/observe/capsule.h"
#include "sim/observe/file_out.h"
#include "sim/observe/strict_reader.h"
#include "sim/scenario/fault_list.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/report/call_digest.h"
#include "sim/workflow/report/peers_file.h"
#include "sim/workflow/report/population.h"
#include "sim/workflow/report/rings_file.h"
#include "sim/workflow/report/series.h"
#include "sim/workflow/report/trace_digest.h"
#include "sim/workflow/report_text.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSummarySchema = 1;

bool IsThere(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

class RunReader {
 public:
  RunReader(std::string folder, std::string program)
      : folder_(std::move(folder)), program_(std::move(program)) {}

  core::StatusOr<Json> Read() {
    RETURN_IF_ERROR(ReadSummary());
    RETURN_IF_ERROR(ReadCapsuleFile());
    RETURN_IF_ERROR(ReadSeries());
    RETURN_IF_ERROR(ReadPeers());
    RETURN_IF_ERROR(ReadRings());
    RETURN_IF_ERROR(ReadCalls());
    RETURN_IF_ERROR(ReadTrace());
    run_["missing"] = missing_;
    return std::move(run_);
  }

 private:
  [[nodiscard]] std::string PathOf(const char* file) const { return folder_ + "/" + file; }

  void Miss(const std::string& what, const std::string& why, const std::string& remedy) {
    missing_.push_back({{"what", what}, {"why", why}, {"remedy", remedy}});
  }

  // The members that other files and the page rely on; the rest goes through as it is.
  core::Status ReadSummary() {
    const std::string path = PathOf("summary.json");
    if (!IsThere(path)) {
      return core::NotFound(folder_ +
                            ": found no summary.json and no runs.jsonl, allowed a run directory "
                            "(orbsim run) or the folder of a sweep (orbsim sweep)");
    }
    ASSIGN_OR_RETURN(const std::string text, ReadFileWhole(path));
    StrictReader reader(path);
    summary_ = reader.Parse(text);
    RETURN_IF_ERROR(reader.status());
    reader.Constant(summary_, "format", "orbweaver summary");
    RETURN_IF_ERROR(reader.status());
    reader.Version(summary_, "schema", kSummarySchema);
    for (const char* key : {"scenario", "scenario_hash", "build", "crypto", "fingerprint"})
      (void)reader.Text(summary_, "", key);
    for (const char* key : {"seed", "peers", "ended_us", "exit_code"})
      (void)reader.Natural(summary_, "", key, UINT64_MAX);
    (void)reader.Flag(summary_, "", "interrupted");
    for (const char* key : {"expectations", "checks"})
      (void)reader.Member(summary_, "", key, nlohmann::json::value_t::array);
    CheckMetrics(reader.Member(summary_, "", "metrics", nlohmann::json::value_t::object), reader);
    RETURN_IF_ERROR(reader.status());
    run_["folder"] = folder_;
    run_["summary"] = Json::parse(text, nullptr, false);
    return core::Status();
  }

  static void CheckMetrics(const nlohmann::json& metrics, StrictReader& reader) {
    for (const auto& item : metrics.items()) {
      const std::string where = "metrics/" + item.key();
      (void)reader.Integer(item.value(), where, "value");
      (void)reader.Text(item.value(), where, "unit");
    }
  }

  [[nodiscard]] int64_t Ended() const { return summary_["ended_us"].get<int64_t>(); }

  // What is true of this run and of a file that belongs to it.
  [[nodiscard]] bool IsOfThisRun(const nlohmann::json& header, const char* hash) const {
    return header.value(hash, nlohmann::json()) == summary_["scenario_hash"] &&
           header.value("seed", nlohmann::json()) == summary_["seed"];
  }

  core::Status ReadCapsuleFile() {
    const std::string path = PathOf("capsule.json");
    if (!IsThere(path)) {
      Miss("faults, groups, regions and the lines that run it again", "no capsule.json",
           "orbsim run writes it");
      return core::Status();
    }
    ASSIGN_OR_RETURN(const Capsule capsule, OpenCapsule(path));
    if (core::ToHex(capsule.fingerprint) != summary_["fingerprint"]) {
      Miss("faults, groups and regions", "capsule.json is of another run", "run it again");
      return core::Status();
    }
    ASSIGN_OR_RETURN(scenario_, ScenarioOf(capsule));
    ASSIGN_OR_RETURN(population_, PopulationOf(*scenario_));
    run_["about"] = scenario_->about;
    run_["model"] = std::string(NameOf(scenario_->network.model));
    run_["plant"] = scenario_->plant;
    run_["profile"] = scenario_->profile;
    run_["calm_us"] = scenario_->safety_until.us;
    run_["faults"] = FaultsJson();
    run_["groups"] = GroupsJson();
    run_["regions"] = population_.regions;
    run_["failed"] = capsule.failed.has_value() ? Json(capsule.failed->check) : Json();
    run_["scenario_path"] = capsule.scenario_path;
    run_["replay"] = program_ + " replay " + path;
    run_["shrink"] = program_ + " shrink " + path;
    run_["explain"] = program_ + " explain " + path;
    return core::Status();
  }

  [[nodiscard]] Json FaultsJson() const {
    const nlohmann::json texts = FaultsToJson(scenario_->faults);
    Json faults = Json::array();
    for (size_t i = 0; i < scenario_->faults.size(); ++i) {
      const Fault& fault = scenario_->faults[i];
      faults.push_back({{"at_us", fault.at.us}, {"for_us", fault.length.us}, {"text", texts[i]}});
    }
    return faults;
  }

  [[nodiscard]] Json GroupsJson() const {
    Json groups = Json::array();
    for (const Group& group : scenario_->groups) {
      groups.push_back({{"name", group.name},
                        {"first", group.first},
                        {"count", group.count},
                        {"region", group.region},
                        {"adversary", group.adversary.role}});
    }
    return groups;
  }

  core::Status ReadSeries() {
    run_["timeline"] = nullptr;
    run_["histograms"] = Json::array();
    if (IsThere(PathOf("timeline.csv"))) {
      ASSIGN_OR_RETURN(run_["timeline"], TimelineJson(PathOf("timeline.csv")));
    } else {
      Miss("the course over time", "no timeline.csv", "orbsim run writes it");
    }
    if (IsThere(PathOf("histograms.csv"))) {
      ASSIGN_OR_RETURN(run_["histograms"], HistogramsJson(PathOf("histograms.csv")));
    } else {
      Miss("distributions", "no histograms.csv", "a run of this build writes it");
    }
    return core::Status();
  }

  core::Status ReadPeers() {
    run_["peers"] = nullptr;
    const std::string path = PathOf("peers.jsonl");
    if (!IsThere(path)) {
      Miss("the map of the ring", "no peers.jsonl", "a run of this build writes it");
      return core::Status();
    }
    ASSIGN_OR_RETURN(PeersFile peers, ReadPeersFile(path));
    if (!IsOfThisRun(peers.header, "scenario_hash") ||
        peers.header.value("fingerprint", nlohmann::json()) != summary_["fingerprint"]) {
      Miss("the map of the ring", "peers.jsonl is of another run", "run it again");
      return core::Status();
    }
    for (Json& row : peers.data["peers"]) {
      const uint64_t peer = row["peer"];
      if (peer >= population_.peers) continue;
      row["group"] = population_.group_of[peer];
      if (!population_.regions.empty()) row["region"] = population_.region_of[peer];
    }
    run_["peers"] = std::move(peers.data);
    return core::Status();
  }

  core::Status ReadRings() {
    run_["rings"] = nullptr;
    const std::string path = PathOf("rings.jsonl");
    const auto depth = summary_["metrics"].find("rings.depth.count");
    const bool lent = depth != summary_["metrics"].end() && (*depth)["value"] > 0;
    if (!lent) return core::Status();  // A file that is there is of an earlier run.
    if (!IsThere(path)) {
      Miss("the web of storage rings", "no rings.jsonl", "a run of this build writes it");
      return core::Status();
    }
    ASSIGN_OR_RETURN(RingsFile rings, ReadRingsFile(path));
    if (!IsOfThisRun(rings.header, "scenario_hash") ||
        rings.header.value("fingerprint", nlohmann::json()) != summary_["fingerprint"]) {
      Miss("the web of storage rings", "rings.jsonl is of another run", "run it again");
      return core::Status();
    }
    run_["rings"] = std::move(rings.data);
    return core::Status();
  }

  core::Status ReadCalls() {
    run_["calls"] = nullptr;
    const std::string path = PathOf("history.jsonl");
    const auto started = summary_["metrics"].find("calls.started");
    const bool called = started != summary_["metrics"].end() && (*started)["value"] > 0;
    if (!called) return core::Status();  // A file that is there is of an earlier run.
    if (!IsThere(path)) {
      Miss("the calls of clients", "no history.jsonl", "orbsim run writes it");
      return core::Status();
    }
    CallDigest digest;
    RETURN_IF_ERROR(digest.Read(path));
    run_["calls"] = digest.ToJson();
    return core::Status();
  }

  core::Status ReadTrace() {
    run_["trace"] = nullptr;
    constexpr const char* kWhat =
        "messages between groups, regions and peers; messages by type over time; time to answer";
    const std::string path = PathOf("trace.jsonl");
    if (!IsThere(path) || !scenario_.has_value()) {
      Miss(kWhat, IsThere(path) ? "without capsule.json nobody knows the groups" : "no trace.jsonl",
           "orbsim run ... --trace messages");
      return core::Status();
    }
    TraceDigest digest(population_, Ended());
    RETURN_IF_ERROR(digest.Read(path));
    if (!IsOfThisRun(digest.header(), "scenario_hash")) {
      Miss(kWhat, "trace.jsonl is of another run", "orbsim run ... --trace messages");
      return core::Status();
    }
    run_["trace"] = digest.ToJson();
    if (digest.header().value("level", "") == "decisions")
      Miss(kWhat, "the trace has decisions only", "orbsim run ... --trace messages");
    return core::Status();
  }

  std::string folder_;
  std::string program_;
  nlohmann::json summary_;
  std::optional<Scenario> scenario_;
  Population population_;
  Json run_;
  Json missing_ = Json::array();
};

}  // namespace

core::StatusOr<Json> RunFolderJson(const std::string& folder, const std::string& program) {
  return RunReader(folder, program).Read();
}

}  // namespace sim
