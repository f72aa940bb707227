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
#include "sim/workflow/lines.h"

namespace sim {
namespace {

using nlohmann::json;

constexpr char kLedger[] = "a ledger of orbsim sweep";

std::string LineOf(const LedgerHeader& header) {
  return json({{"version", header.version},
               {"scenario", header.scenario},
               {"hash", header.hash},
               {"build", header.build},
               {"chains", header.chains},
               {"vary", header.vary}})
      .dump();
}

std::string LineOf(const SweepRun& run, const std::vector<std::string>& vary) {
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
  for (size_t i = 0; i < vary.size(); ++i) line["set"][vary[i]] = run.cell.values[i];
  for (const auto& [path, value] : run.cell.changes) line["changes"][path] = value;
  if (!run.chain.empty()) line["chain"] = run.chain;
  if (!run.features.empty()) line["features"] = run.features;
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

bool Take(const json& line, const std::vector<std::string>& vary, SweepCell& into) {
  const auto seed = line.find("seed");
  const auto set = line.find("set");
  if (seed == line.end() || !seed->is_number_unsigned()) return false;
  if (set == line.end() || !set->is_object() || set->size() != vary.size()) return false;
  into.seed = seed->get<uint64_t>();
  into.values.resize(vary.size());
  for (size_t i = 0; i < vary.size(); ++i) {
    if (!Take(*set, vary[i].c_str(), into.values[i])) return false;
  }
  return true;
}

// What not every run has.
bool TakeOptional(const json& line, SweepRun& into) {
  if (line.contains("chain") && !Take(line, "chain", into.chain)) return false;
  if (line.contains("features") && !Take(line, "features", into.features)) return false;
  const auto changes = line.find("changes");
  if (changes == line.end()) return true;
  if (!changes->is_object()) return false;
  for (const auto& [path, value] : changes->items()) {
    if (!value.is_string()) return false;
    into.cell.changes.emplace_back(path, value.get<std::string>());
  }
  return true;
}

std::optional<SweepRun> RunOf(const json& line, const std::vector<std::string>& vary) {
  SweepRun run;
  const auto exit = line.find("exit");
  const bool whole = exit != line.end() && exit->is_number_integer() &&
                     Take(line, vary, run.cell) && Take(line, "failed", run.failed) &&
                     Take(line, "signature", run.signature) && Take(line, "vacuous", run.vacuous) &&
                     Take(line, "probes", run.probes) && Take(line, "faults", run.faults) &&
                     Take(line, "metrics", run.metrics) &&
                     Take(line, "fingerprint", run.fingerprint) && TakeOptional(line, run);
  if (!whole) return std::nullopt;
  run.exit = static_cast<ExitCode>(exit->get<int>());
  return run;
}

// What the first version had not: its headers name neither. False: of another kind.
bool TakeKind(const json& line, LedgerHeader& header) {
  header.version = 1;
  if (!line.contains("version")) return true;
  const auto chains = line.find("chains");
  if (!line["version"].is_number_integer() || chains == line.end() || !chains->is_boolean())
    return false;
  header.version = line["version"].get<int64_t>();
  header.chains = chains->get<bool>();
  return true;
}

core::Status TakeHeader(const std::string& path, const json& line, size_t number,
                        LedgerContent& content) {
  LedgerHeader header;
  const std::pair<const char*, std::string*> texts[] = {
      {"scenario", &header.scenario}, {"hash", &header.hash}, {"build", &header.build}};
  for (const auto& [name, into] : texts) {
    if (!Take(line, name, *into))
      return BadLine(path, number, std::string("no text as ") + name, kLedger);
  }
  if (!Take(line, "vary", header.vary))
    return BadLine(path, number, "no list of texts as vary", kLedger);
  if (!TakeKind(line, header))
    return BadLine(path, number, "no number as version, or no flag as chains", kLedger);
  if (header.version < 1 || header.version > LedgerHeader::kVersion) {
    return BadLine(path, number, "version " + std::to_string(header.version),
                   "versions 1 to " + std::to_string(LedgerHeader::kVersion));
  }
  if (!content.header.has_value()) content.header = header;
  if (*content.header == header) return core::Status();
  return BadLine(path, number, "runs of " + LineOf(header), "those of " + LineOf(*content.header));
}

core::Status TakeLine(const std::string& path, const std::string& text, size_t number,
                      LedgerContent& content) {
  ASSIGN_OR_RETURN(const json line, ObjectOf(path, text, number));
  if (line.contains("hash")) return TakeHeader(path, line, number, content);
  if (!content.header.has_value()) return BadLine(path, number, "no header", kLedger);
  std::optional<SweepRun> run = RunOf(line, content.header->vary);
  if (!run.has_value()) return BadLine(path, number, "no run of this sweep", kLedger);
  SweepCell cell = run->cell;
  content.runs.insert_or_assign(std::move(cell), *std::move(run));
  return core::Status();
}

core::Status Failed(const std::string& path, const char* step) {
  return core::Internal(path + ": cannot be " + step + ": " + std::strerror(errno));
}

}  // namespace

LedgerHeader HeaderOf(const Scenario& scenario, const std::vector<Axis>& axes, bool chains) {
  LedgerHeader header = {
      scenario.name, core::ToHex(scenario.hash), std::string(SourceVersion()), {}, chains};
  for (const Axis& axis : axes) header.vary.push_back(axis.path);
  return header;
}

std::string LedgerPath(const std::string& folder) {
  return folder + "/runs.jsonl";
}

core::StatusOr<LedgerContent> ReadLedger(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFileWhole(path));
  LedgerContent content;
  for (size_t number = 1;; ++number) {
    const size_t begin = content.whole_bytes;
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) return content;
    RETURN_IF_ERROR(TakeLine(path, text.substr(begin, end - begin), number, content));
    content.whole_bytes = end + 1;
  }
}

SweepLedger::SweepLedger(SweepLedger&& other) noexcept
    : path_(std::move(other.path_)),
      header_(std::move(other.header_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      content_(std::move(other.content_)) {}

SweepLedger::~SweepLedger() {
  if (descriptor_ >= 0) close(descriptor_);
}

core::StatusOr<SweepLedger> SweepLedger::Open(const std::string& folder,
                                              const LedgerHeader& header) {
  RETURN_IF_ERROR(MakeFolder(folder));
  SweepLedger ledger(LedgerPath(folder), header);
  ledger.descriptor_ = open(ledger.path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (ledger.descriptor_ < 0) return Failed(ledger.path_, "opened");
  RETURN_IF_ERROR(ledger.TakeUp());
  return ledger;
}

// What is in the file already; a line that was torn off is cut.
core::Status SweepLedger::TakeUp() {
  ASSIGN_OR_RETURN(content_, ReadLedger(path_));
  if (content_.header.has_value() && *content_.header != header_) {
    return BadLine(path_, 1, "runs of " + LineOf(*content_.header),
                   "those of " + LineOf(header_) + "; name another --out");
  }
  if (ftruncate(descriptor_, static_cast<off_t>(content_.whole_bytes)) != 0)
    return Failed(path_, "cut");
  return content_.header.has_value() ? core::Status() : WriteLine(LineOf(header_));
}

core::Status SweepLedger::Append(const SweepRun& run) {
  RETURN_IF_ERROR(WriteLine(LineOf(run, header_.vary)));
  content_.runs[run.cell] = run;
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
