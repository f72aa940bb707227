#include "core/base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace core {
namespace {
// The one exception to "no globals": text for people after everything else has failed; never read
// by protocol code.
std::atomic<const char*> run_line{
    nullptr};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
}  // namespace

void SetRunLine(const char* line) {
  run_line = line;
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
  if (const char* run = run_line.load()) std::fprintf(stderr, "  repro    %s\n", run);
  std::abort();
}

}  // namespace core
