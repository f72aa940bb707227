#include "sim/workflow/sweep_ledger.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "sim/observe/file_out.h"
#include "sim/workflow/build_info.h"

namespace sim {
namespace {

std::string HeaderOf(const Scenario& scenario) {
  const nlohmann::json header = {{"scenario", scenario.name},
                                 {"hash", core::ToHex(scenario.hash)},
                                 {"build", std::string(SourceVersion())}};
  return header.dump();
}

std::string LineOf(const SweepRun& run) {
  const nlohmann::json line = {{"seed", run.seed},
                               {"exit", static_cast<int>(run.exit)},
                               {"failed", run.failed},
                               {"fingerprint", run.fingerprint}};
  return line.dump();
}

core::Status Failed(const std::string& path, const char* step) {
  return core::Internal(path + ": cannot be " + step + ": " + std::strerror(errno));
}

}  // namespace

SweepLedger::SweepLedger(SweepLedger&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      runs_(std::move(other.runs_)) {}

SweepLedger::~SweepLedger() {
  if (descriptor_ >= 0) close(descriptor_);
}

core::StatusOr<SweepLedger> SweepLedger::Open(const std::string& path, const Scenario& scenario) {
  SweepLedger ledger(path);
  const std::string header = HeaderOf(scenario);
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
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return core::InvalidArgument(where + ": found no JSON object");
  if (json.contains("hash")) {
    if (line == header) return core::Status();
    return core::InvalidArgument(where + ": found runs of " + line + ", allowed those of " +
                                 header + "; name another --out");
  }
  const bool whole = json.value("seed", nlohmann::json()).is_number_unsigned() &&
                     json.value("exit", nlohmann::json()).is_number_integer() &&
                     json.value("failed", nlohmann::json()).is_array() &&
                     json.value("fingerprint", nlohmann::json()).is_string();
  if (number == 1 || !whole) {
    return core::InvalidArgument(where + ": found " + (number == 1 ? "no header" : "no run") +
                                 ", allowed a ledger of orbsim sweep");
  }
  SweepRun run;
  run.seed = json["seed"].get<uint64_t>();
  run.exit = static_cast<ExitCode>(json["exit"].get<int>());
  for (const nlohmann::json& name : json["failed"]) {
    if (!name.is_string()) return core::InvalidArgument(where + ": failed: found no name");
    run.failed.push_back(name.get<std::string>());
  }
  run.fingerprint = json["fingerprint"].get<std::string>();
  runs_[run.seed] = std::move(run);
  return core::Status();
}

core::Status SweepLedger::Append(const SweepRun& run) {
  RETURN_IF_ERROR(WriteLine(LineOf(run)));
  runs_[run.seed] = run;
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
