// orbsim envelope: pushes one setting until the scenario stops to pass; where that is, how sure it is, and how far from the operating
// point. Every run goes into a ledger as those of a sweep do, so that an interrupted search goes on where it was.
#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include "absl/strings/str_format.h"

#include "sim/observe/checkers/registry.h"
#include "sim/observe/file_out.h"
#include "sim/scenario/json_path.h"
#include "sim/scenario/json_reader.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/envelope/edge.h"
#include "sim/workflow/envelope/findings.h"
#include "sim/workflow/envelope/ramp.h"
#include "sim/workflow/session.h"
#include "sim/workflow/sweep/cell_runs.h"

namespace sim {
namespace {

// What the options say, checked.
struct Prepared {
  CellSpace space;
  Ramp ramp;
  SeedRange seeds;
  std::string operating_point;  // Of the setting; empty: nobody says.
  Scenario scenario;            // At no value in particular.
};

// As the scenario writes it; empty where it leaves the setting to its default.
std::string ValueIn(const Scenario& scenario, const std::string& path) {
  Findings findings;
  auto top = ReadJson(scenario.canonical, {}, findings);
  if (!top.has_value()) return "";
  const JsonValue* value = FindOrMake(*top, path, {}, findings);
  return value == nullptr ? "" : value->text;
}

core::Status CheckExpected(const EnvelopeOptions& options, const Scenario& scenario) {
  if (options.expect.empty()) return core::Status();
  const auto checks = CheckTable();
  const bool known =
      std::any_of(checks.begin(), checks.end(),
                  [&](const CheckInfo& info) { return info.id == options.expect; }) ||
      std::any_of(scenario.expect.begin(), scenario.expect.end(),
                  [&](const Expectation& one) { return one.metric == options.expect; });
  if (known) return core::Status();
  return core::InvalidArgument("--expect: found \"" + options.expect +
                               "\", allowed a name of `orbsim list checks`, or a metric of which "
                               "the scenario expects something");
}

core::StatusOr<Prepared> Prepare(const EnvelopeOptions& options) {
  Prepared prepared;
  ASSIGN_OR_RETURN(prepared.ramp, ParseRamp(options.from, options.to));
  ASSIGN_OR_RETURN(prepared.seeds, ParseSeeds(options.seeds));
  prepared.space = {ReadOnce(options.scenario), {{options.axis, {options.from, options.to}}}};
  ASSIGN_OR_RETURN(prepared.scenario, Load(prepared.space.source));
  const auto at = [&](uint64_t step) {
    const SweepCell cell{prepared.seeds.first, {prepared.ramp.ValueAt(step)}};
    return Load(SourceOf(prepared.space.source, prepared.space.axes, cell));
  };
  RETURN_IF_ERROR(at(0).status());
  RETURN_IF_ERROR(at(prepared.ramp.Steps()).status());
  RETURN_IF_ERROR(CheckExpected(options, prepared.scenario));
  prepared.operating_point =
      options.at.empty() ? ValueIn(prepared.scenario, options.axis) : options.at;
  if (options.at.empty() || StepsTo(prepared.ramp, options.at).has_value()) return prepared;
  return core::InvalidArgument("--at: found \"" + options.at +
                               "\", allowed a number with the unit of --from and --to");
}

// The runs at the points that were looked at.
class Envelope {
 public:
  Envelope(const EnvelopeOptions& options, const Prepared& prepared, SweepLedger& ledger,
           Console& console)
      : options_(options), prepared_(prepared), ledger_(ledger), console_(console) {}

  core::StatusOr<Proportion> At(uint64_t step) {
    const std::vector<SweepCell> cells = CellsAt(step);
    CellRuns runs(prepared_.space, ledger_, console_);
    RETURN_IF_ERROR(runs.Make(cells, ThreadsOrAll(options_.jobs)));
    Proportion passed;
    for (const SweepCell& cell : cells) {
      const auto run = ledger_.runs().find(cell);
      if (run == ledger_.runs().end()) return core::Internal("interrupted");
      ++passed.runs;
      if (Passed(run->second)) ++passed.hits;
    }
    return passed;
  }

  // The commonest way to fail there; empty: none failed.
  [[nodiscard]] std::string FailureAt(uint64_t step) const {
    std::map<std::string, size_t> ways;
    for (const SweepCell& cell : CellsAt(step)) {
      const SweepRun& run = ledger_.runs().at(cell);
      if (!Passed(run)) ++ways[run.signature];
    }
    const auto most = std::max_element(
        ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == ways.end() ? "" : most->first;
  }

 private:
  [[nodiscard]] std::vector<SweepCell> CellsAt(uint64_t step) const {
    std::vector<SweepCell> cells;
    for (uint64_t i = 0; i < prepared_.seeds.count; ++i) {
      cells.push_back({prepared_.seeds.first + i, {prepared_.ramp.ValueAt(step)}});
    }
    return cells;
  }

  [[nodiscard]] bool Passed(const SweepRun& run) const {
    const auto has = [this](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), options_.expect) != names.end();
    };
    if (options_.expect.empty()) return run.exit == ExitCode::kPass;
    return !has(run.failed) || has(run.vacuous);  // What had nothing to judge is not violated.
  }

  const EnvelopeOptions& options_;
  const Prepared& prepared_;
  SweepLedger& ledger_;
  Console& console_;
};

EnvelopeFindings FindingsOf(const EdgeSearch& search, const Envelope& envelope,
                            const Prepared& prepared, const EnvelopeOptions& options) {
  EnvelopeFindings found{
      options.axis, prepared.ramp, options.expect, prepared.operating_point, {}, {}};
  for (const auto& [step, passed] : search.points())
    found.points.push_back({step, passed, envelope.FailureAt(step)});
  return found;
}

}  // namespace

ExitCode FindEnvelope(const EnvelopeOptions& options, Console& console) {
  const auto prepared = Prepare(options);
  if (!prepared.ok()) return Complain(console, prepared.status());
  const std::string folder =
      options.out.empty() ? ResultsOf(prepared->scenario) + "/envelope" : options.out;
  auto ledger =
      SweepLedger::Open(folder, HeaderOf(prepared->scenario, prepared->space.axes, false));
  if (!ledger.ok()) return Complain(console, ledger.status());
  console.out << absl::StrFormat("%s  hash %s  %s from %s to %s  %d seeds a point  %s\n",
                                 prepared->scenario.name, core::ToHex(prepared->scenario.hash),
                                 options.axis, options.from, options.to, prepared->seeds.count,
                                 ledger->path())
              << std::flush;
  Envelope envelope(options, *prepared, *ledger, console);
  EdgeSearch search(prepared->ramp.Steps(), [&](uint64_t step) { return envelope.At(step); });
  const auto edge = search.Find();
  if (!edge.ok()) return Conclude(console, edge.status());
  EnvelopeFindings found = FindingsOf(search, envelope, *prepared, options);
  found.edge = *edge;
  const std::string file = folder + "/envelope.json";
  const core::Status written = WriteFileWhole(file, JsonOf(found, ledger->header()).dump(1) + "\n");
  if (!written.ok()) return Complain(console, written, ExitCode::kInternal);
  console.out << TextOf(found) << "files     " + folder + "/{runs.jsonl,envelope.json}\n";
  return edge->has_value() ? ExitCode::kPass : ExitCode::kUnfinished;
}

}  // namespace sim
