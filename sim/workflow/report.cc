// orbsim report: a run directory, several, or the folder of a sweep as one HTML page that needs no network.
#include <ostream>

#include "absl/strings/str_format.h"

#include "sim/observe/file_out.h"
#include "sim/workflow/build_info.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/report/page.h"
#include "sim/workflow/report/run_folder.h"
#include "sim/workflow/report/sweep_folder.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

// More lines in one plot cannot be told apart.
constexpr size_t kFoldersMax = 8;

std::string WithoutSlash(std::string folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return folder;
}

core::StatusOr<Json> DataOf(const std::vector<std::string>& folders, const std::string& program) {
  Json data = {{"kind", folders.size() > 1 ? "comparison" : "run"},
               {"build", std::string(SourceVersion())},
               {"program", program}};
  for (const std::string& folder : folders) {
    if (IsSweepFolder(folder)) {
      if (folders.size() > 1) {
        return core::InvalidArgument(folder +
                                     ": found the folder of a sweep beside others, allowed a sweep "
                                     "by itself, or run directories");
      }
      data["kind"] = "sweep";
      ASSIGN_OR_RETURN(data["sweep"], SweepFolderJson(folder, program));
      return data;
    }
    ASSIGN_OR_RETURN(Json run, RunFolderJson(folder, program));
    data["runs"].push_back(std::move(run));
  }
  return data;
}

std::string TitleOf(const Json& data) {
  if (data["kind"] == "sweep") {
    return (data["sweep"]["envelope"].is_null() ? "Sweep of " : "Envelope of ") +
           data["sweep"]["scenario"].get<std::string>();
  }
  if (data["kind"] == "comparison") return absl::StrFormat("%d runs compared", data["runs"].size());
  const Json& summary = data["runs"][0]["summary"];
  return absl::StrFormat("%s, seed %d", summary["scenario"].get<std::string>(),
                         summary["seed"].get<uint64_t>());
}

core::Status Make(const ReportOptions& options, Console& console) {
  std::vector<std::string> folders;
  for (const std::string& folder : options.folders) folders.push_back(WithoutSlash(folder));
  if (folders.empty() || folders.size() > kFoldersMax) {
    return core::InvalidArgument(
        absl::StrFormat("found %d folders, allowed 1 to %d; orbsim sweep shows more runs",
                        folders.size(), kFoldersMax));
  }
  std::string out = options.out;
  if (out.empty()) out = folders.size() == 1 ? folders[0] + "/report.html" : "report.html";
  RETURN_IF_ERROR(MayWrite(out, options.force));
  ASSIGN_OR_RETURN(const Json data, DataOf(folders, console.program));
  const std::string page = PageText(TitleOf(data), data);
  RETURN_IF_ERROR(WriteFileWhole(out, page));
  console.out << absl::StrFormat("report      %s  %.1f MiB\n", out,
                                 static_cast<double>(page.size()) / (1 << 20));
  return core::Status();
}

}  // namespace

ExitCode Report(const ReportOptions& options, Console& console) {
  const core::Status made = Make(options, console);
  return made.ok() ? ExitCode::kPass : Complain(console, made);
}

}  // namespace sim
