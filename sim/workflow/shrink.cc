// orbsim shrink: a capsule goes in, a smaller one comes out that fails the same check, with a log of what was left out.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "sim/observe/file_out.h"
#include "sim/observe/verdict_lines.h"
#include "sim/workflow/build_info.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/commands.h"
#include "sim/workflow/session.h"
#include "sim/workflow/shrink/shrinking.h"

namespace sim {
namespace {

// The log stands beside the capsule.
struct Place {
  std::string capsule;
  std::string log;
};

std::string WithoutJson(const std::string& path) {
  return path.ends_with(".json") ? path.substr(0, path.size() - 5) : path;
}

core::StatusOr<Place> PlaceOf(const ShrinkOptions& options) {
  Place place;
  place.capsule = options.out.empty() ? WithoutJson(options.capsule) + ".shrunk.json" : options.out;
  place.log = WithoutJson(place.capsule) + ".txt";
  std::error_code ignored;
  if (std::filesystem::equivalent(place.capsule, options.capsule, ignored)) {
    return core::InvalidArgument("--out: found the capsule itself, allowed another file");
  }
  RETURN_IF_ERROR(MayWrite(place.capsule, options.force));
  RETURN_IF_ERROR(MayWrite(place.log, options.force));
  return place;
}

core::StatusOr<Capsule> ReadInput(const ShrinkOptions& options) {
  ASSIGN_OR_RETURN(Capsule capsule, OpenCapsule(options.capsule));
  if (capsule.build == SourceVersion() || options.anyway) return capsule;
  return core::InvalidArgument(absl::StrCat(options.capsule, ": build: found ", capsule.build,
                                            ", allowed this one, ", std::string(SourceVersion()),
                                            "; --anyway tries whether it fails here too"));
}

// On the screen and in the log.
class Log {
 public:
  explicit Log(Console& console) : console_(console) {}

  void Tell(const std::string& line) {
    text_ += line + "\n";
    console_.out << line << "\n" << std::flush;
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Console& console_;
  std::string text_;
};

// The whole run once more: the fingerprint and the checkpoints of a capsule are those of a run to the end.
core::StatusOr<Capsule> CapsuleOf(const Failing& failing, const std::string& check, int threads) {
  Session session(failing.scenario, {.threads = threads});
  RETURN_IF_ERROR(session.Run());
  Capsule capsule = session.MakeCapsule();
  capsule.failed = FailedCheck{check, failing.violation};
  return capsule;
}

class Shrinker {
 public:
  Shrinker(const ShrinkOptions& options, Console& console)
      : options_(options), console_(console), log_(console) {}

  core::Status Prepare() {
    ASSIGN_OR_RETURN(place_, PlaceOf(options_));
    ASSIGN_OR_RETURN(capsule_, ReadInput(options_));
    ASSIGN_OR_RETURN(check_, CheckOf(options_.capsule, capsule_, options_.check));
    return core::Status();
  }

  core::StatusOr<ExitCode> Run() {
    ASSIGN_OR_RETURN(const Scenario scenario, ScenarioOf(capsule_));
    const std::string check(check_.id);
    const int jobs = ThreadsOrAll(options_.jobs);
    Trials trials({check, capsule_.data_files, jobs, options_.seeds, console_.stop_flag});
    log_.Tell(absl::StrCat(scenario.name, "  check ", check, " ", std::string(check_.title)));
    log_.Tell(absl::StrCat("from      ", SizeText(scenario)));
    std::optional<Failing> failing = trials.Confirm(WrittenOut(scenario, check));
    if (trials.Stopped()) return ExitCode::kUnfinished;
    if (!failing.has_value()) return DoesNotFail();
    Shrinking shrinking(*std::move(failing), trials,
                        [this](const std::string& line) { log_.Tell(line); });
    shrinking.Run();
    log_.Tell(absl::StrCat("to        ", SizeText(*shrinking.failing().scenario)));
    log_.Tell(absl::StrCat("tried     ", trials.tried(), " candidates with up to ", options_.seeds,
                           " seeds each", trials.Stopped() ? "; interrupted, more can go" : ""));
    RETURN_IF_ERROR(Write(shrinking.failing(), check, jobs));
    return trials.Stopped() ? ExitCode::kUnfinished : ExitCode::kPass;
  }

 private:
  [[nodiscard]] core::Status DoesNotFail() const {
    return core::InvalidArgument(absl::StrCat(options_.capsule, ": expected a run that violates ",
                                              std::string(check_.id),
                                              ", found none; there is nothing to shrink"));
  }

  core::Status Write(const Failing& failing, const std::string& check, int jobs) {
    ASSIGN_OR_RETURN(Capsule smaller, CapsuleOf(failing, check, jobs));
    smaller.scenario_path = capsule_.scenario_path;
    RETURN_IF_ERROR(WriteCapsule(place_.capsule, smaller));
    RETURN_IF_ERROR(WriteFileWhole(place_.log, log_.text()));
    console_.out << absl::StrFormat("files     %s, %s\n", place_.capsule, place_.log)
                 << ViolationText("FAIL", check_, failing.violation,
                                  {console_.program + " replay " + place_.capsule});
    return core::Status();
  }

  const ShrinkOptions& options_;
  Console& console_;
  Log log_;
  Place place_;
  Capsule capsule_;
  CheckInfo check_;
};

}  // namespace

ExitCode Shrink(const ShrinkOptions& options, Console& console) {
  Shrinker shrinker(options, console);
  if (const core::Status bad = shrinker.Prepare(); !bad.ok()) return Complain(console, bad);
  const core::StatusOr<ExitCode> exit = shrinker.Run();
  return exit.ok() ? *exit : Complain(console, exit.status());
}

}  // namespace sim
