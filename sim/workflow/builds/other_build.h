// OtherBuild: a run that another orbsim tells (docs/told_run.md): a process whose output is read as it comes. Its complaints go where
// ours go. The process ends with the object.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "core/base/status.h"
#include "sim/workflow/builds/told_run.h"

namespace sim {

class OtherBuild : public ToldRun {
 public:
  // Runs `program`, a path or a name that the shell would find. Errors: it cannot be run; it does not know the form, or another
  // version of it; it refuses the capsule.
  [[nodiscard]] static core::StatusOr<std::unique_ptr<OtherBuild>> Begin(const std::string& program,
                                                                         const std::string& capsule,
                                                                         const ToldQuery& query);
  ~OtherBuild() override;
  OtherBuild(const OtherBuild&) = delete;
  OtherBuild& operator=(const OtherBuild&) = delete;

  [[nodiscard]] core::StatusOr<std::optional<ToldItem>> Next() override;

  // As it calls itself.
  [[nodiscard]] const std::string& build() const { return build_; }

 private:
  explicit OtherBuild(std::string program) : program_(std::move(program)) {}

  core::Status Spawn(const std::string& capsule, const ToldQuery& query);
  core::Status ReadFirstLine();
  // False: the output is over.
  bool ReadLine(std::string& line);
  // How the process ended, for an error. REQUIRES: the output is over.
  [[nodiscard]] std::string Ending();

  std::string program_;
  std::string build_;
  pid_t process_ = -1;
  std::FILE* output_ = nullptr;
};

}  // namespace sim
