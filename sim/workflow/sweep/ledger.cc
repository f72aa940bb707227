#include "sim/workflow/sweep/ledger.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "sim/observe/file_out.h"
#include "sim/workflow/build_info.h"

namespace sim {
namespace {

using nlohmann::json;

std::string HeaderOf(const Scenario& scenario, const std::vector<Axis>& axes) {
  json header = {{"scenario", scenario.name},
                 {"hash", core::ToHex(scenario.hash)},
                 {"build", std::string(SourceVersion())},
                 {"vary", json::array()}};
  for (const Axis& axis : axes) header["vary"].push_back(axis.path);
  return header.dump();
}

std::string LineOf(const SweepRun& run, const std::vector<Axis>& axes) {
  json line = {{"seed", run.cell.seed},
               {"set", json::object()},
               {"exit", static_cast<int>(run.exit)},
               {"failed", run.failed},
               {"signature", run.signature},
               {"vacuous", run.vacuous},
               {"probes", run.probes},
               {"faults", run.faults},
               {"metrics", run.metrics},
               {"fingerprint", run.fingerprint}};
  for (const auto& [path, value] : SettingsOf(axes, run.cell)) line["set"][path] = value;
  return line.dump();
}

// Each takes a member into its place; false when it is missing or of another kind.
bool Take(const json& line, const char* name, std::string& into) {
  const auto found = line.find(name);
  if (found == line.end() || !found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

bool Take(const json& line, const char* name, std::vector<std::string>& into) {
  const auto found = line.find(name);
  if (found == line.end() || !found->is_array()) return false;
  for (const json& item : *found) {
    if (!item.is_string()) return false;
    into.push_back(item.get<std::string>());
  }
  return true;
}

bool Take(const json& line, const char* name, std::map<std::string, int64_t>& into) {
  const auto found = line.find(name);
  if (found == line.end() || !found->is_object()) return false;
  for (const auto& [key, value] : found->items()) {
    if (!value.is_number_integer()) return false;
    into[key] = value.get<int64_t>();
  }
  return true;
}

bool Take(const json& line, const std::vector<Axis>& axes, SweepCell& into) {
  const auto seed = line.find("seed");
  const auto set = line.find("set");
  if (seed == line.end() || !seed->is_number_unsigned()) return false;
  if (set == line.end() || !set->is_object() || set->size() != axes.size()) return false;
  into.seed = seed->get<uint64_t>();
  into.values.resize(axes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    if (!Take(*set, axes[i].path.c_str(), into.values[i])) return false;
  }
  return true;
}

std::optional<SweepRun> RunOf(const json& line, const std::vector<Axis>& axes) {
  SweepRun run;
  const auto exit = line.find("exit");
  const bool whole = exit != line.end() && exit->is_number_integer() &&
                     Take(line, axes, run.cell) && Take(line, "failed", run.failed) &&
                     Take(line, "signature", run.signature) && Take(line, "vacuous", run.vacuous) &&
                     Take(line, "probes", run.probes) && Take(line, "faults", run.faults) &&
                     Take(line, "metrics", run.metrics) &&
                     Take(line, "fingerprint", run.fingerprint);
  if (!whole) return std::nullopt;
  run.exit = static_cast<ExitCode>(exit->get<int>());
  return run;
}

core::Status Failed(const std::string& path, const char* step) {
  return core::Internal(path + ": cannot be " + step + ": " + std::strerror(errno));
}

}  // namespace

SweepLedger::SweepLedger(SweepLedger&& other) noexcept
    : path_(std::move(other.path_)),
      axes_(std::move(other.axes_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      runs_(std::move(other.runs_)) {}

SweepLedger::~SweepLedger() {
  if (descriptor_ >= 0) close(descriptor_);
}

core::StatusOr<SweepLedger> SweepLedger::Open(const std::string& path, const Scenario& scenario,
                                              const std::vector<Axis>& axes) {
  SweepLedger ledger(path, axes);
  const std::string header = HeaderOf(scenario, axes);
  ledger.descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (ledger.descriptor_ < 0) return Failed(path, "opened");
  RETURN_IF_ERROR(ledger.Read(header));
  return ledger;
}

core::Status SweepLedger::Read(const std::string& header) {
  ASSIGN_OR_RETURN(const std::string text, ReadFileWhole(path_));
  size_t begin = 0;
  for (size_t number = 1;; ++number) {
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    RETURN_IF_ERROR(ReadLine(text.substr(begin, end - begin), number, header));
    begin = end + 1;
  }
  if (begin < text.size() && ftruncate(descriptor_, static_cast<off_t>(begin)) != 0)
    return Failed(path_, "cut");
  return begin == 0 ? WriteLine(header) : core::Status();
}

core::Status SweepLedger::ReadLine(const std::string& line, size_t number,
                                   const std::string& header) {
  const std::string where = path_ + ":" + std::to_string(number);
  const json found = json::parse(line, nullptr, false);
  if (!found.is_object()) return core::InvalidArgument(where + ": found no JSON object");
  if (found.contains("hash")) {
    if (line == header) return core::Status();
    return core::InvalidArgument(where + ": found runs of " + line + ", allowed those of " +
                                 header + "; name another --out");
  }
  const std::optional<SweepRun> run = number == 1 ? std::nullopt : RunOf(found, axes_);
  if (!run.has_value()) {
    return core::InvalidArgument(where + ": found " + (number == 1 ? "no header" : "no run") +
                                 ", allowed a ledger of orbsim sweep");
  }
  runs_[run->cell] = *run;
  return core::Status();
}

core::Status SweepLedger::Append(const SweepRun& run) {
  RETURN_IF_ERROR(WriteLine(LineOf(run, axes_)));
  runs_[run.cell] = run;
  return core::Status();
}

// One write, so that an interruption tears off the end at most.
core::Status SweepLedger::WriteLine(const std::string& line) {
  const std::string text = line + "\n";
  const ssize_t written = write(descriptor_, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) return Failed(path_, "written");
  return core::Status();
}

}  // namespace sim
