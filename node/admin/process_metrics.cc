#include "node/admin/process_metrics.h"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace node {
namespace {

// Fields of /proc/self/stat behind the name, which ends at the last parenthesis; proc(5) numbers them from 3.
class StatFields {
 public:
  StatFields() {
    std::ifstream in("/proc/self/stat");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const size_t name_end = text.rfind(") ");
    if (name_end == std::string::npos) return;
    for (size_t at = name_end + 2; at < text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      words_.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }

  [[nodiscard]] std::optional<uint64_t> Number(size_t field) const {
    if (field < 3 || field - 3 >= words_.size()) return std::nullopt;
    const std::string& word = words_[field - 3];
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end == word.data()) return std::nullopt;
    return number;
  }

 private:
  std::vector<std::string> words_;
};

constexpr size_t kThreads = 20;
constexpr size_t kStartTicks = 22;
constexpr size_t kVirtualBytes = 23;
constexpr size_t kResidentPages = 24;

core::Duration ToDuration(const struct timeval& time) {
  return {int64_t{time.tv_sec} * 1'000'000 + int64_t{time.tv_usec}};
}

std::optional<uint64_t> OpenDescriptors() {
  std::error_code error;
  uint64_t count = 0;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  if (error || count == 0) return std::nullopt;
  return count - 1;  // The one that lists them.
}

// The kernel counts from its own start: seconds since then, subtracted from now.
std::optional<core::Duration> StartTime(const StatFields& stat, const Moment& now) {
  const std::optional<uint64_t> ticks = stat.Number(kStartTicks);
  const int64_t per_second = sysconf(_SC_CLK_TCK);

  struct timespec since_boot {};

  if (!ticks.has_value() || per_second <= 0) return std::nullopt;
  if (clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) return std::nullopt;
  const int64_t up_us = int64_t{since_boot.tv_sec} * 1'000'000 + since_boot.tv_nsec / 1'000;
  const int64_t start_us = static_cast<int64_t>(*ticks) * 1'000'000 / per_second;
  return core::Duration{now.wall.us - up_us + start_us};
}

void WriteGauge(std::string_view name, std::string_view help, std::optional<uint64_t> value,
                MetricsText& out) {
  if (value.has_value()) out.Gauge(name, help, *value);
}

}  // namespace

void WriteProcessMetrics(const Moment& now, MetricsText& out) {
  struct rusage usage {};

  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    out.Family("process_cpu_seconds_total", MetricType::kCounter,
               "Processor time that the process has used, in the kernel and outside.");
    out.Sample(ToDuration(usage.ru_utime) + ToDuration(usage.ru_stime));
  }
  const StatFields stat;
  std::optional<uint64_t> resident = stat.Number(kResidentPages);
  if (resident.has_value()) *resident *= static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  WriteGauge("process_resident_memory_bytes", "Memory that is in use.", resident, out);
  WriteGauge("process_virtual_memory_bytes", "Address space that is taken.",
             stat.Number(kVirtualBytes), out);
  WriteGauge("process_threads", "Threads of the process.", stat.Number(kThreads), out);
  WriteGauge("process_open_fds", "Open file descriptors.", OpenDescriptors(), out);

  struct rlimit limit {};

  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    out.Gauge("process_max_fds", "File descriptors that may be open.", uint64_t{limit.rlim_cur});
  }
  if (const auto start = StartTime(stat, now)) {
    out.Gauge("process_start_time_seconds", "When the process started, since 1970-01-01 UTC.",
              *start);
  }
}

}  // namespace node
