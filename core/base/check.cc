#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace core {
namespace {
// The one exception to "no globals": text for people, read only after everything else has failed.
const char* run_line = nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
}  // namespace

void SetRunLine(const char* line) {
  run_line = line;
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
  if (run_line != nullptr) std::fprintf(stderr, "  repro    %s\n", run_line);
  std::abort();
}

}  // namespace core
