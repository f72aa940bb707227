// How long `orbsim check-history` takes: reads and judges a history drawn from true blocks. Prints key=value for tools/bench.
//
//   history_benchmark [calls=100000] [keys=1000] [processes=100] [model=block] [lost_percent=0]
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>

#include "tests/sim/history/history_texts.h"

namespace {

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

bool Set(tests::HistoryShape& shape, const std::string& argument) {
  const size_t equals = argument.find('=');
  if (equals == std::string::npos) return false;
  const std::string name = argument.substr(0, equals);
  const std::string value = argument.substr(equals + 1);
  if (name == "model") {
    shape.model = value;
    return true;
  }
  int* number = name == "calls"          ? &shape.calls
                : name == "keys"         ? &shape.keys
                : name == "processes"    ? &shape.processes
                : name == "lost_percent" ? &shape.lost_percent
                                         : nullptr;
  if (number == nullptr) return false;
  *number = std::stoi(value);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  tests::HistoryShape shape;
  shape.model = "block";
  shape.calls = 100'000;
  shape.keys = 1000;
  shape.processes = 100;
  shape.values = 1000;
  for (int i = 1; i < argc; ++i) {
    if (!Set(shape, argv[i])) {
      std::fprintf(stderr,
                   "history_benchmark: %s: allowed calls, keys, processes, model, lost_percent, "
                   "each as NAME=VALUE\n",
                   argv[i]);
      return 1;
    }
  }
  const std::string text = tests::DrawnHistory(shape, 1).text();
  const double start = ProcessorSeconds();
  const sim::HistoryVerdict verdict = tests::Judge(text, shape.model);
  const double seconds = ProcessorSeconds() - start;
  std::printf("verdict=%s calls=%llu keys=%llu bytes=%zu configurations=%llu cpu_s=%.3f\n",
              verdict.line.c_str(), static_cast<unsigned long long>(verdict.calls),
              static_cast<unsigned long long>(verdict.keys), text.size(),
              static_cast<unsigned long long>(verdict.configurations), seconds);
  return verdict.answer == sim::HistoryVerdict::Answer::kHolds ? 0 : 1;
}
