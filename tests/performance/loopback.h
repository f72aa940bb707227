// What the transport programs share: a server process on the second processor, the client on the
// first, one message size, one line of figures.
//   mode=rtt          64 connections, one request of `size` bytes in flight on each
//   mode=stream       one connection, messages of `size` bytes one way, as fast as they go
//   mode=handshakes   connections opened and closed, eight at a time (ours only)
//   mode=idle         `connections` that do nothing; resident bytes on each side
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/check.h"
#include "tests/performance/workload.h"

namespace bench {

struct LoopbackOptions {
  explicit LoopbackOptions(const Arguments& arguments)
      : mode(arguments.Text("mode", "rtt")),
        connections(arguments.Number("connections", mode == "stream" ? 1 : 64)),
        size(arguments.Number("size", mode == "stream" ? 65'536 : 200)),
        milliseconds(arguments.Number("ms", 3000)) {}

  std::string mode;
  uint32_t connections;
  uint32_t size;
  uint32_t milliseconds;
};

inline void PinTo(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  sched_setaffinity(0, sizeof set, &set);
}

inline double ResidentBytes(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/statm", pid);
  FILE* file = std::fopen(path, "r");
  CHECK(file != nullptr);
  long total = 0;
  long resident = 0;
  CHECK(std::fscanf(file, "%ld %ld", &total, &resident) == 2);
  std::fclose(file);
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// The other process. `serve` gets the end of a pipe to report its port, and later counts, through.
class Server {
 public:
  explicit Server(const std::function<void(int out)>& serve) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_ = fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      PinTo(1);
      close(ends[0]);
      serve(ends[1]);
      _exit(0);
    }
    close(ends[1]);
    in_ = ends[0];
    PinTo(0);
  }

  ~Server() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] uint64_t Read() const {
    uint64_t value = 0;
    CHECK(read(in_, &value, sizeof value) == sizeof value);
    return value;
  }

  static void Report(int out, uint64_t value) {
    CHECK(write(out, &value, sizeof value) == sizeof value);
  }

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int in_ = -1;
};

// Wall time, and the processor time of both processes with all their threads.
class BothSides {
 public:
  explicit BothSides(const Server& server) : server_(server.pid()), server_before_(ServerCpu()) {}

  [[nodiscard]] double Wall() const { return Watch().wall - before_.wall; }

  [[nodiscard]] double Cpu() const {
    return Watch().cpu - before_.cpu + ServerCpu() - server_before_;
  }

 private:
  [[nodiscard]] double ServerCpu() const {
    clockid_t clock = 0;
    CHECK(clock_getcpuclockid(server_, &clock) == 0);
    return Seconds(clock);
  }

  pid_t server_;
  double server_before_;
  Watch before_;
};

// Of `count` messages since.
inline void PrintRate(const char* program, const LoopbackOptions& options, uint64_t count,
                      const BothSides& since) {
  const double wall = since.Wall();
  const double cpu = since.Cpu();
  const auto messages = static_cast<double>(count);
  std::printf("program=%s mode=%s connections=%u size=%u count=%" PRIu64
              " wall_s=%.3f cpu_s=%.3f per_s=%.0f per_cpu_s=%.0f mib_per_s=%.1f\n",
              program, options.mode.c_str(), options.connections, options.size, count, wall, cpu,
              messages / wall, messages / cpu, messages / wall * options.size / 1048576.0);
}

}  // namespace bench
