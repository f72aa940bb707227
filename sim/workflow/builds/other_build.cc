#include "sim/workflow/builds/other_build.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/scenario/quantity.h"
#include "sim/workflow/builds/told_form.h"

namespace sim {
namespace {

std::vector<std::string> ArgumentsFor(const std::string& program, const std::string& capsule,
                                      const ToldQuery& query) {
  const bool events = query.what == ToldQuery::What::kEvents;
  std::vector<std::string> arguments = {program, "replay", capsule, "--tell",
                                        events ? "events" : "checkpoints"};
  const auto add = [&](const char* option, WorldTime at) {
    arguments.emplace_back(option);
    arguments.push_back(FormatQuantity(at.us, Measure::kDuration));
  };
  if (query.from > WorldTime{0}) add("--from", query.from);
  if (query.until != WorldTime::Never()) add("--until", query.until);
  return arguments;
}

}  // namespace

core::StatusOr<std::unique_ptr<OtherBuild>> OtherBuild::Begin(const std::string& program,
                                                              const std::string& capsule,
                                                              const ToldQuery& query) {
  std::unique_ptr<OtherBuild> other(new OtherBuild(program));
  RETURN_IF_ERROR(other->Spawn(capsule, query));
  RETURN_IF_ERROR(other->ReadFirstLine());
  return other;
}

// It may have more to tell than anybody wants to hear.
OtherBuild::~OtherBuild() {
  if (output_ != nullptr) std::fclose(output_);
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
}

core::Status OtherBuild::Spawn(const std::string& capsule, const ToldQuery& query) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return core::Internal("no pipe for the other build");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<std::string> arguments = ArgumentsFor(program_, capsule, query);
  std::vector<char*> texts;
  for (std::string& argument : arguments) texts.push_back(argument.data());
  texts.push_back(nullptr);
  const int failed =
      posix_spawnp(&process_, program_.c_str(), &actions, nullptr, texts.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = fdopen(ends[0], "r");
  if (failed == 0) return core::Status();
  process_ = -1;
  return core::InvalidArgument(
      absl::StrFormat("%s: cannot be run: %s", program_, std::strerror(failed)));
}

bool OtherBuild::ReadLine(std::string& line) {
  char* buffer = nullptr;
  size_t room = 0;
  const ssize_t size = getline(&buffer, &room, output_);
  line.assign(buffer == nullptr ? "" : buffer, size > 0 ? static_cast<size_t>(size) : 0);
  std::free(buffer);  // NOLINT(cppcoreguidelines-no-malloc): getline allocates so.
  return size > 0;
}

std::string OtherBuild::Ending() {
  int status = 0;
  waitpid(std::exchange(process_, -1), &status, 0);
  return WIFEXITED(status) ? absl::StrFormat("exit code %d", WEXITSTATUS(status))
                           : absl::StrFormat("signal %d", WTERMSIG(status));
}

core::Status OtherBuild::ReadFirstLine() {
  std::string line;
  if (!ReadLine(line)) {
    return core::InvalidArgument(absl::StrFormat(
        "%s: told nothing (%s); allowed a build of orbsim that knows replay --tell and takes the "
        "capsule",
        program_, Ending()));
  }
  const auto first = nlohmann::json::parse(line, nullptr, false);
  if (!first.is_object() || first.value("format", "") != kToldFormat) {
    return core::InvalidArgument(absl::StrFormat(
        "%s: what it tells is no \"%s\"; allowed a build of orbsim that knows replay --tell",
        program_, kToldFormat));
  }
  if (first.value("version", 0) != kToldVersion) {
    return core::InvalidArgument(absl::StrFormat("%s: found version %d of \"%s\", allowed %d",
                                                 program_, first.value("version", 0), kToldFormat,
                                                 kToldVersion));
  }
  build_ = first.value("build", "");
  return core::Status();
}

core::StatusOr<std::optional<ToldItem>> OtherBuild::Next() {
  std::string line;
  if (!ReadLine(line)) {
    return core::Internal(
        absl::StrFormat("%s: ended before the end of the run (%s)", program_, Ending()));
  }
  const auto item = nlohmann::json::parse(line, nullptr, false);
  if (item.is_object() && item.contains("end")) return std::optional<ToldItem>();
  const bool good = item.is_object() && item.contains("t") && item["t"].is_number_integer() &&
                    item.contains("told") && item["told"].is_string();
  if (!good) {
    return core::Internal(absl::StrFormat("%s: found the line %s, allowed {\"t\", \"told\"}",
                                          program_, line.substr(0, 80)));
  }
  return ToldItem{WorldTime{item["t"].get<int64_t>()}, item["told"].get<std::string>()};
}

}  // namespace sim
