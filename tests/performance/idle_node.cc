// What an idle node costs: one host with N connected peers, alone in its process; the peers live in the parent.
//
//   idle_node [peers=100] [seconds=30]
//
// One line: peers connected, share of one processor, resident memory. The limit of issue 3 is 1 % with 100 peers.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/node/host/host_rig.h"

namespace node {
namespace {

using std::chrono::seconds;

long Argument(int argc, char** argv, std::string_view name,
              long fallback) {  // NOLINT(google-runtime-int)
  for (int i = 1; i < argc; ++i) {
    const std::string_view text = argv[i];
    if (text.starts_with(name) && text.size() > name.size() && text[name.size()] == '=') {
      return std::atol(argv[i] + name.size() + 1);  // NOLINT(cert-err34-c): a tool of ours.
    }
  }
  return fallback;
}

double ProcessorSeconds() {
  struct timespec time {};

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

size_t ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// The measured side: tells its port, waits for its peers, lets them settle, measures.
int Measure(int port_end, size_t peers, long duration) {  // NOLINT(google-runtime-int)
  HostRig rig;
  rig.recorder = core::RecorderLimits{};
  rig.inbound_max = peers + 10;
  rig.Add();
  const uint16_t port = rig.at(0).listening()->port;
  if (write(port_end, &port, sizeof(port)) != sizeof(port)) return 1;
  if (!rig.RunUntil([&] { return rig.at(0).Status().connections >= peers; }, seconds(300))) {
    std::printf("idle_node: found %zu connections\n", rig.at(0).Status().connections);
    return 1;
  }
  (void)rig.RunUntil([] { return false; }, seconds(15));
  const double cpu = ProcessorSeconds();
  const auto begun = std::chrono::steady_clock::now();
  (void)rig.RunUntil([] { return false; }, seconds(duration));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  std::printf("connections=%zu contacts=%zu cpu_percent=%.3f resident_mib=%.1f\n",
              rig.at(0).Status().connections, rig.at(0).Status().contacts,
              100 * (ProcessorSeconds() - cpu) / wall.count(),
              static_cast<double>(ResidentBytes()) / (1 << 20));
  return 0;
}

int Main(int argc, char** argv) {
  const auto peers = static_cast<size_t>(Argument(argc, argv, "peers", 100));
  const long duration = Argument(argc, argv, "seconds", 30);  // NOLINT(google-runtime-int)
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) _exit(Measure(ends[1], peers, duration) + std::fflush(stdout));
  uint16_t port = 0;
  if (read(ends[0], &port, sizeof(port)) != sizeof(port)) return 1;
  HostRig rig;
  rig.first_number = 1'000;
  for (size_t i = 0; i < peers; ++i) {
    rig.Add({ParseSeed("127.0.0.1:" + std::to_string(port)).value()});
  }
  int status = 0;
  (void)rig.RunUntil([&] { return waitpid(child, &status, WNOHANG) == child; }, seconds(600));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace
}  // namespace node

int main(int argc, char** argv) {
  return node::Main(argc, argv);
}
