#include "sim/workflow/export/targets.h"

#include <filesystem>
#include <set>
#include <utility>

namespace sim {
namespace {

struct Asked {
  const char* option;
  std::string path;
};

std::vector<Asked> AskedFor(const ExportOptions& options) {
  std::vector<Asked> asked;
  const auto add = [&](const char* option, const std::string& path) {
    if (!path.empty()) asked.push_back({option, path});
  };
  add("--pcapng", options.pcapng);
  add("--perfetto", options.perfetto);
  add("--graphml", options.graphml);
  add("--dot", options.dot);
  if (options.csv.empty()) return asked;
  for (const std::string& path : TableFiles(options.csv)) add("--csv", path);
  return asked;
}

}  // namespace

std::vector<std::string> TableFiles(const std::string& folder) {
  return {folder + "/messages.csv", folder + "/operations.csv", folder + "/peers.csv",
          folder + "/events.jsonl"};
}

core::Status Targets::Check(const ExportOptions& options) {
  const std::vector<Asked> asked = AskedFor(options);
  if (asked.empty()) {
    return core::InvalidArgument(
        "found nothing to write, allowed one or more of --pcapng, --perfetto, --graphml, --dot, "
        "--csv");
  }
  std::set<std::string> seen = {std::filesystem::weakly_canonical(options.capsule).string()};
  for (const Asked& one : asked) {
    if (std::filesystem::is_directory(one.path)) {
      return core::InvalidArgument(std::string(one.option) + ": found the folder " + one.path +
                                   ", allowed a file");
    }
    if (!seen.insert(std::filesystem::weakly_canonical(one.path).string()).second) {
      return core::InvalidArgument(
          std::string(one.option) + ": found " + one.path +
          ", which is the capsule or another output, allowed a file of its own");
    }
    RETURN_IF_ERROR(MayWrite(one.path, options.force));
  }
  return core::Status();
}

core::StatusOr<Targets::Sink> Targets::Open(const std::string& path) {
  ASSIGN_OR_RETURN(AtomicFile opened, AtomicFile::Open(path));
  AtomicFile& file = files_.emplace_back(std::move(opened));
  paths_.push_back(path);
  return Sink([&file](std::string_view text) { (void)file.Write(text); });
}

core::Status Targets::Commit() {
  for (AtomicFile& file : files_) RETURN_IF_ERROR(file.Write(""));
  for (AtomicFile& file : files_) RETURN_IF_ERROR(file.Commit());
  return core::Status();
}

}  // namespace sim
